"""XML parts: parsed without entities, network or huge trees, and read for all their text."""

from functools import lru_cache

from lxml import etree

from classifiers.text.extracting import Budget

_BETWEEN_TICKS = 1000  # events
_PARAGRAPHS = frozenset({"p", "h", "tr", "si", "table-row", "sp", "comment", "pt", "line-break"})
_CELLS = frozenset({"tc", "table-cell", "covered-table-cell"})
_BREAKS = {
    "br": "\n",
    "cr": "\n",
    "tab": "\t",
    "noBreakHyphen": "-",
    "s": " ",
    "lastRenderedPageBreak": "",
}
_RUNS = frozenset({"t", "span", "a", "delText", "instrText", "delInstrText"})
_UNSEEN = frozenset({"delText", "instrText", "delInstrText", "annotation", "tracked-changes"})
_SPACED = frozenset({"t", "span", "p", "h", "a"})  # in these a space alone is text
_TELLING = frozenset({"descr", "title", "alt", "tooltip", "string"})  # "string": a watermark
_NOT_TEXT = frozenset(
    {
        *("posOffset", "positionH", "positionV", "sizeRelH", "sizeRelV", "pctWidth", "pctHeight"),
        *("lsdException", "attrName", "binary-data", "formatCode"),
    }
)


def parsed(data: bytes) -> tuple[etree._Element | None, bool]:
    """Parse XML without entities, network or huge trees; leniently if need be.

    Returns the root, None if there is none, and whether it was well-formed.
    """
    try:
        return etree.fromstring(data, _parser(recover=False)), True
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        return etree.fromstring(data, _parser(recover=True)), False
    except (etree.XMLSyntaxError, ValueError):
        return None, False


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=False,
        remove_pis=True,
    )


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" for comments."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def texts_of(tree: etree._Element, budget: Budget) -> tuple[str, str]:
    """Return what a part shows and what it does not: deleted text, field codes, alt texts.

    Runs of one paragraph are joined as they stand, since a number may be split over many.
    """
    seen: list[str] = []
    unseen: list[str] = []
    open_: list[tuple[str, list[str]]] = [("", seen)]
    for count, (event, element) in enumerate(
        etree.iterwalk(tree, events=("start", "end", "comment"))
    ):
        if not count % _BETWEEN_TICKS:
            budget.tick()
        if event == "start":
            name = local(element)
            into = unseen if name in _UNSEEN else open_[-1][1]
            open_.append((name, into))
            _start(element, name, into, unseen)
        elif event == "end":
            name, inner = open_.pop()
            if name in _PARAGRAPHS or name in _UNSEEN or (element.text and name not in _RUNS):
                inner.append("\n")
            tail = element.tail
            if tail and not ("\n" in tail and tail.isspace()):
                open_[-1][1].append(tail)
        else:
            unseen.append(f"\n{element.text or ''}")
    return _tidy(seen), _tidy(unseen)


def _start(element: etree._Element, name: str, into: list[str], unseen: list[str]) -> None:
    if name in _CELLS and into and not into[-1].endswith("\t"):
        into.append("\t")
    if name in _BREAKS:
        into.append(_BREAKS[name])
    text = element.text or ""
    if name in _SPACED or (name not in _NOT_TEXT and not text.isspace()):
        into.append(text)
    if element.keys():
        for key, value in element.items():
            if _local(key) in _TELLING and value:
                unseen.append(f"\n{value}")


def _tidy(pieces: list[str]) -> str:
    lines = (line.rstrip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line.strip())
