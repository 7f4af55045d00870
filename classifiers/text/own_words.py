"""The sender's own words apart from quoted mail, signatures and the body's disclaimers.

Line by line, in English and Welsh. Whatever is in doubt is the sender's own: a mark that is
cheap to write by hand must not hide what stands behind it.
"""

from collections.abc import Iterator
from functools import lru_cache

import re2

from classifiers.text.quotes import Line, is_prefixed, quoted_from, quotes_somebody

_LOOKED_AT = 300  # characters of a line in which a mark shows
_SIGNATURE_LINES = 12
_SIGNATURE_WIDTH = 90  # characters
_SIGNATURE_MARKS = frozenset({"--", "—", "__"})
_CLOSINGS = frozenset(
    {
        *("kind regards", "regards", "best regards", "warm regards", "many thanks", "thanks"),
        *("thank you", "yours sincerely", "yours faithfully", "best wishes", "all the best"),
        *("cofion", "cofion gorau", "cofion cynnes", "cofion caredig", "yn gywir", "yr eiddoch"),
        *("yr eiddoch yn gywir", "yn ddiffuant", "diolch", "diolch yn fawr", "llawer o ddiolch"),
        *("gyda diolch", "dymuniadau gorau", "cofion / regards", "diolch / thanks", "hwyl"),
    }
)
_MOBILE = (
    *("sent from my ", "sent from outlook", "sent from mail for", "sent from yahoo"),
    *("anfonwyd o fy ", "anfonwyd o outlook", "get outlook for ", "cael outlook ar gyfer "),
)
_MOBILE_WORDS = 5
_ADDRESSING = frozenset(
    {
        *("you", "your", "you're", "youre", "u", "ur", "yourself"),
        *("ti", "chi", "dy", "di", "eich", "rwyt", "ydych", "chwi", "chdi", "tithau"),
    }
)
_CONTACT = re2.compile(r"@|www\.|https?:|(?:\d[ ()+.-]*){6}")
_LONG_WORD = 4  # letters from which a word of a name or title has a capital

_DISCLAIMERS = (
    *("this email and any", "this e-mail and any", "this message and any", "this transmission"),
    *("this email is", "this e-mail is", "this message is", "this email may", "this e-mail may"),
    *(
        "this email has been",
        "this e-mail has been",
        "this email contains",
        "this message contains",
    ),
    *("the information in this", "the information contained in this", "the contents of this"),
    *(
        "disclaimer",
        "confidentiality notice",
        "please consider the environment",
        "think before you",
    ),
    *("any views or opinions", "the views expressed", "if you are not the intended"),
    *("if you have received this", "please note that this email", "all communications sent to"),
    *("we welcome correspondence in", "you are welcome to", "croeso i chi", "mae croeso i chi"),
    *("mae'r e-bost hwn", "mae'r ebost hwn", "mae'r neges hon", "mae'r neges e-bost hon"),
    *("mae'r wybodaeth yn y", "mae'r wybodaeth a gynhwysir", "mae cynnwys y", "rhybudd"),
    *(
        "ymwadiad",
        "hysbysiad cyfrinachedd",
        "meddyliwch am yr amgylchedd",
        "ystyriwch yr amgylchedd",
    ),
    *("cofiwch am yr amgylchedd", "rydym yn croesawu gohebiaeth", "rydyn ni'n croesawu gohebiaeth"),
    *("croesawn ohebiaeth", "os nad chi yw", "os ydych wedi derbyn", "barn yr awdur"),
)
_DISCLAIMER_LENGTH = 2000  # characters
_SENTENCE = re2.compile(r"[^.!?]+[.!?]*")
_DISCLAIMING = re2.compile(
    r"(?i)\b(?:confidential|privileged|intended|addressee|recipient|delet|disclos|cop(?:y|ie)"
    r"|virus|malware|liab|views|opinions|monitor|intercept|scanned|freedom of information"
    r"|data protection|privacy|notify|in error|sender|printing|print this|environment"
    r"|correspond|welsh|attachment|disclaimer"
    r"|[cg]yfrinachol|ghyfrinachol|[bf]raint|breintiedig|[bf]wriad|dd?erbyn|dd?ile|datgel|ddatgel"
    r"|[cg]op[iï]|firws|feirws|atebol|[bf]arn|safbwynt|[mf]onitro|rhyddid gwybodaeth"
    r"|diogelu data|preifatrwydd|hysbys|[cg]amgymeriad|anfonwr|argraffu|amgylchedd|g?ohebiaeth"
    r"|g?ohebu|[cg]ymraeg|atodiad|ymwadiad)"
)


def own_spans(
    text: str,
    quote_start: int | None = None,
    *,
    replies: bool = True,
    disclaimers: tuple[str, ...] = (),
) -> tuple[tuple[int, int], ...]:
    """Return the spans of `text` that are the sender's own, in order and apart. Never raises.

    `quote_start` is where HTML marked quoted mail, if it did. `replies` tells whether the mail
    says that it replies or forwards; if not, only a block of header fields begins a quotation,
    or a line that says who wrote what the marked lines after it hold.
    `disclaimers` are the body's own, word for word.
    """
    limit = len(text)
    if replies and quote_start is not None:
        limit = min(max(quote_start, 0), limit)
    lines = _lines(text[:limit])
    replies = replies or quotes_somebody(lines)
    first_quoted = quoted_from(lines, replies=replies)
    if first_quoted is not None:
        limit = lines[first_quoted].start
        del lines[first_quoted:]
    others = [(limit, len(text))]
    if replies:
        unmarked = [each for each in lines if not is_prefixed(each)]
        if unmarked or limit < len(text):  # else all of it would be quoted, by no one
            others += [(each.start, each.end + 1) for each in lines if is_prefixed(each)]
            lines = unmarked
    others += _signatures(lines)
    others += _common_disclaimers(text, lines)
    if known := tuple(each for each in disclaimers if each.strip()):
        others += [each.span() for each in _exactly(known).finditer(text[:limit])]
    return tuple(_between(sorted(others), limit))


def _lines(text: str) -> list[Line]:
    """The lines that are not blank."""
    lines: list[Line] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if line and (said := line[:_LOOKED_AT].strip()):
            lines.append(Line(at, end, said, said.lower().replace("\u2019", "'")))
        at = end + 1
    return lines


def _between(others: list[tuple[int, int]], limit: int) -> Iterator[tuple[int, int]]:
    """The spans that are in none of some others."""
    at = 0
    for start, end in others:
        if at < start:
            yield at, start
        at = max(at, end)
    if at < limit:
        yield at, limit


def _signatures(lines: list[Line]) -> Iterator[tuple[int, int]]:
    """The lines of names, titles and numbers below "-- " or a closing, and "Sent from my"."""
    block: list[Line] = []
    left = 0
    for line in lines:
        if line.text in _SIGNATURE_MARKS or line.plain.rstrip(",.! ") in _CLOSINGS:
            yield from _contacts(block)
            block, left = [], _SIGNATURE_LINES
        elif left:
            left -= 1
            if _like_signature(line):
                block.append(line)
        if line.plain.startswith(_MOBILE) and len(line.plain.split()) <= _MOBILE_WORDS:
            yield line.start, line.end
    yield from _contacts(block)


def _contacts(block: list[Line]) -> list[tuple[int, int]]:
    """The lines of a signature, if there is a number or an address among them."""
    if any(_CONTACT.search(each.text) for each in block):
        return [(each.start, each.end) for each in block]
    return []


def _like_signature(line: Line) -> bool:
    """Tell whether a line is short, speaks to nobody, and has capitals as names have."""
    if line.end - line.start > _SIGNATURE_WIDTH:
        return False
    for each in line.text.replace("/", " ").split():
        word = each.strip(".,:;()|*<>[]\"'")
        if word.lower() in _ADDRESSING:
            return False
        if len(word) >= _LONG_WORD and word.isalpha() and word.islower():
            return False
    return True


def _common_disclaimers(text: str, lines: list[Line]) -> Iterator[tuple[int, int]]:
    """The sentences of paragraphs that begin as disclaimers do and go on about it."""
    reached = 0
    for index, line in enumerate(lines):
        if line.start < reached or not line.plain.lstrip("*_-( ").startswith(_DISCLAIMERS):
            continue
        reached = _paragraph_end(lines, index)
        for sentence in _SENTENCE.finditer(text[line.start : reached]):
            if _DISCLAIMING.search(sentence.group()):
                yield line.start + sentence.start(), line.start + sentence.end()


def _paragraph_end(lines: list[Line], index: int) -> int:
    """Where the paragraph that starts on a line ends, or is too long to be looked at."""
    start, end = lines[index].start, lines[index].end
    for line in lines[index + 1 : index + _DISCLAIMER_LENGTH]:
        if line.start != end + 1 or line.end - start > _DISCLAIMER_LENGTH:
            break
        end = line.end
    return min(end, start + _DISCLAIMER_LENGTH)


@lru_cache(maxsize=4)
def _exactly(disclaimers: tuple[str, ...]) -> "re2._Regexp":
    """A pattern of some texts, word for word, however their lines are broken."""
    return re2.compile(
        "(?i)"
        + "|".join(
            r"\s+".join(re2.escape(word).replace("'", "['\u2019]") for word in each.split())
            for each in disclaimers
        )
    )
