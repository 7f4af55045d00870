"""Which reader reads which kind. A reader's libraries are loaded when it is first needed."""

from classifiers.text.extracting import Budget, Extracted, Missing, Reader, Source

# kinds that hold no text anyone reads, or are made to be checked, not read
HARMLESS = frozenset({"empty", "signature"})

# kinds that are still read in a message that broke a reader
SAFE = frozenset({"text", "html", "calendar"})

# kinds that cannot be read, by the reason given
REASONS = {
    "encrypted": "encrypted",
    "partial": "partial",
    "elsewhere": "elsewhere",
    "media": "media",
    "unknown": "unknown-type",
}


def reader_of(kind: str) -> Reader:  # noqa: C901, PLR0912 - a table, its imports made late
    """Return the reader of a kind that is neither harmless nor unreadable."""
    match kind:
        case "pdf":
            from classifiers.text.pdf import read_pdf as reader  # noqa: PLC0415
        case "zip":
            from classifiers.text.package import read_package as reader  # noqa: PLC0415
        case "ole":
            from classifiers.text.legacy import read_ole as reader  # noqa: PLC0415
        case "rtf":
            from classifiers.text.rtf import read_rtf as reader  # noqa: PLC0415
        case "archive":
            from classifiers.text.archive import read_archive as reader  # noqa: PLC0415
        case "gzip" | "bzip2" | "xz":
            from classifiers.text.archive import read_compressed as reader  # noqa: PLC0415
        case "tnef":
            from classifiers.text.attached_mail import read_tnef as reader  # noqa: PLC0415
        case "mail":
            from classifiers.text.attached_mail import read_mail as reader  # noqa: PLC0415
        case "smime":
            from classifiers.text.attached_mail import read_signed as reader  # noqa: PLC0415
        case "calendar":
            from classifiers.text.plain import read_folded_lines as reader  # noqa: PLC0415
        case "image":
            from classifiers.text.picture import read_picture as reader  # noqa: PLC0415
        case "html":
            from classifiers.text.html import read_html as reader  # noqa: PLC0415
        case "text":
            from classifiers.text.plain import read_plain as reader  # noqa: PLC0415
        case _:
            return _unreadable(REASONS.get(kind, "unknown-type"))
    return reader


def _unreadable(reason: str) -> Reader:
    def read(source: Source, _budget: Budget) -> "list[Extracted]":
        return [Missing(reason, source.name)]

    return lambda source, budget: iter(read(source, budget))
