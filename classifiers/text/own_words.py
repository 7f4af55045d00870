"""The sender's own words apart from quoted replies, forwarded mail and signatures.

Line by line, in English and Welsh, as the common mail programs write. What is in doubt is
taken as the sender's own.
"""

_QUOTE_STARTS = (
    "-----original message-----",
    "----- original message -----",
    "-----neges wreiddiol-----",
    "---------- forwarded message",
    "-------- forwarded message",
    "-------- original message",
    "begin forwarded message",
    "________________________________",
)
_WROTE = (" wrote:", " ysgrifennodd:", " a ysgrifennodd:")
_HEADER_NAMES = (
    ("from:", "oddi wrth:", "gan:"),
    ("sent:", "date:", "anfonwyd:", "dyddiad:"),
    ("to:", "at:"),
    ("subject:", "pwnc:"),
)
_HEADER_LINES = 6


def own_spans(text: str, quote_start: int | None = None) -> tuple[tuple[int, int], ...]:
    """Return the spans of `text` that are the sender's own, in order.

    `quote_start` is where HTML marked quoted mail, if it did; all after it is quoted.
    """
    limit = len(text) if quote_start is None else quote_start
    spans: list[tuple[int, int]] = []
    lines = text[:limit].split("\n")
    at = 0
    for index, line in enumerate(lines):
        end = min(at + len(line) + 1, limit)
        stripped = line.strip().lower()
        if _ends_own_words(stripped, lines, index):
            break
        if not stripped.startswith((">", "|")):
            if spans and spans[-1][1] == at:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((at, end))
        at = end
    return tuple(spans)


def _ends_own_words(line: str, lines: list[str], index: int) -> bool:
    """Tell whether everything from this line on is someone else's, or a signature."""
    if not line:
        return False
    if line.startswith(_QUOTE_STARTS) or lines[index].rstrip("\r\n") == "-- ":
        return True
    if line.endswith(_WROTE) and (line.startswith("on ") or "ysgrifennodd" in line):
        return True
    if line.startswith(_HEADER_NAMES[0]):
        block = [each.strip().lower() for each in lines[index : index + _HEADER_LINES]]
        return all(any(each.startswith(names) for each in block) for names in _HEADER_NAMES)
    return False
