"""The six errors of the house.

Each carries a sentence for a person: what was found, what was expected, what to do
next. None ever carries content of a message. Each edge (SMTP, HTTP, exit status) has
one table from these to its replies; anything else is a fault of ours.
"""


class PorthorError(Exception):
    """The base of the six; never raised itself."""


class SettingInvalid(PorthorError):  # noqa: N818 - the house's six names read as states
    """A settings or policy file is wrong: file, key, value, and what was expected."""


class NotFound(PorthorError):  # noqa: N818
    """There is no such thing, or none that this person may know of."""


class NotPermitted(PorthorError):  # noqa: N818
    """This person may not do this."""


class Conflict(PorthorError):  # noqa: N818
    """Someone or something was first; nothing of this attempt was saved."""


class Unavailable(PorthorError):  # noqa: N818
    """Not now; the same request may succeed later."""


class Tampered(PorthorError):  # noqa: N818
    """A digest, a seal or the audit chain does not match."""
