"""Every SMTP reply we give, named, with its enhanced code (RFC 3463); and errors to replies."""

from dataclasses import dataclass

from models.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMTP reply: its code and the text of its lines, without the code."""

    code: int
    lines: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """2xx, or 354 to DATA."""
        return self.code < 400  # noqa: PLR2004 - RFC 5321 section 4.2.1

    @property
    def permanent(self) -> bool:
        """5xx: trying again will not help."""
        return self.code >= 500  # noqa: PLR2004 - RFC 5321 section 4.2.1

    def __bytes__(self) -> bytes:
        last = len(self.lines) - 1
        return b"".join(
            f"{self.code}{'-' if index < last else ' '}{line}\r\n".encode(
                "utf-8", "surrogateescape"
            )
            for index, line in enumerate(self.lines)
        )


def reply(code: int, text: str) -> Reply:
    """Make a reply of one line."""
    return Reply(code, (text,))


HELO_FIRST = reply(503, "5.5.1 Say EHLO or HELO first")
MAIL_FIRST = reply(503, "5.5.1 Say MAIL FROM first")
RCPT_FIRST = reply(503, "5.5.1 No valid recipient yet; say RCPT TO first")
NESTED_MAIL = reply(503, "5.5.1 A message is under way; finish it or say RSET")
MAIL_SYNTAX = reply(501, "5.5.4 Syntax: MAIL FROM:<address> [parameters]")
RCPT_SYNTAX = reply(501, "5.5.4 Syntax: RCPT TO:<address> [parameters]")
DATA_SYNTAX = reply(501, "5.5.4 Syntax: DATA, without parameters")
START_DATA = reply(354, "End data with <CR><LF>.<CR><LF>")
OK = reply(250, "2.0.0 OK")
TOO_MANY_RECIPIENTS = reply(452, "4.5.3 Too many recipients; send the rest in another message")
TOO_MANY_SESSIONS = reply(421, "4.3.2 Too many sessions; try again in a minute")
SHUTTING_DOWN = reply(421, "4.3.2 Shutting down; try again in a minute")
CLIENT_NOT_LISTED = reply(554, "5.7.1 Your network is not listed in smtp.clients")
NOT_OUR_SENDER = reply(550, "5.7.1 The sender's domain is not one this gateway carries mail for")
BARE_LINE_END = reply(
    554,
    "5.6.0 Not sent: a bare CR or LF in the message; lines must end with CR LF (RFC 5321 2.3.8)",
)
NUL_OCTET = reply(554, "5.6.0 Not sent: a NUL octet in the message (RFC 5321 4.5.2, RFC 5322 4)")
LOOP = reply(554, "5.4.6 Not sent: too many Received fields; mail is going round in a loop")
DATA_TIMEOUT = reply(421, "4.4.2 The message took too long to arrive; try again")
OUR_FAULT = reply(451, "4.3.0 A fault of ours; nothing was kept, please try again")
BUSY = reply(451, "4.3.2 Busy; nothing was kept, please try again")
NEXT_HOP_GONE = reply(451, "4.4.1 The next server cannot be reached; please try again")
NEXT_HOP_SILENT = reply(451, "4.4.2 The next server did not answer; please try again")


def too_large(limit: int) -> Reply:
    """RFC 1870 section 6.1; the limit is in octets."""
    return reply(552, f"5.3.4 Not sent: the limit is {limit // 1_000_000} MB; share a link instead")


def line_too_long(limit: int) -> Reply:
    """A line over smtp.max_line_length; the limit is in octets."""
    return reply(500, f"5.5.2 Not sent: a line is longer than {limit} octets")


def queued(held_id: str) -> Reply:
    """The same words for mail that waits as Postfix has for mail that goes."""
    return reply(250, f"2.0.0 Ok: queued as {held_id}")


def for_error(error: BaseException) -> Reply:
    """Give the reply for a fault of ours: always 4xx, never the exception's own text."""
    return BUSY if isinstance(error, Unavailable) else OUR_FAULT
