"""Which reader reads which kind. A reader and its libraries are loaded when first needed."""

from collections.abc import Iterator
from importlib import import_module

from classifiers.text.extracting import Budget, Extracted, Missing, Reader, Source

# kinds that hold no text
HARMLESS = frozenset({"empty"})

# kinds that are still read in a message that broke a reader
SAFE = frozenset({"text", "html", "calendar"})

# kinds that cannot be read, by the reason given
_REASONS = {
    "encrypted": "encrypted",
    "partial": "partial",
    "elsewhere": "elsewhere",
}
_READERS = {
    "archive": ("archive", "read_archive"),
    "bzip2": ("archive", "read_compressed"),
    "calendar": ("plain", "read_folded_lines"),
    "filtered": ("archive", "read_filtered"),
    "gzip": ("archive", "read_compressed"),
    "html": ("html", "read_html"),
    "image": ("picture", "read_picture"),
    "media": ("remains", "read_media"),
    "mail": ("attached_mail", "read_mail"),
    "ole": ("legacy", "read_ole"),
    "pdf": ("pdf", "read_pdf"),
    "rtf": ("rtf", "read_rtf"),
    "signature": ("remains", "read_signature"),
    "smime": ("attached_mail", "read_signed"),
    "text": ("plain", "read_plain"),
    "tnef": ("attached_mail", "read_tnef"),
    "unknown": ("remains", "read_unknown"),
    "xz": ("archive", "read_compressed"),
    "zip": ("package", "read_package"),
    "zlib": ("archive", "read_compressed"),
}


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind; of one that cannot be read, a reader that says why."""
    if kind in _READERS:
        module, function = _READERS[kind]
        reader: Reader = getattr(import_module(f"classifiers.text.{module}"), function)
        return reader

    def unreadable(source: Source, _budget: Budget) -> Iterator[Extracted]:
        yield Missing(_REASONS.get(kind, "unknown-type"), source.name)

    return unreadable
