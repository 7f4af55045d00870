"""XML parts: parsed without entities, network or huge trees, and read for all their text.

Attributes are read where they hold more than a measure or a number: names of sheets and shapes,
prompts, choices of lists and defaults of fields are shown, or can be.
"""

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
_UNSEEN = frozenset(
    {"delText", "instrText", "delInstrText", "annotation", "tracked-changes", "rt", "rPh"}
)
_CODES = frozenset({"delText", "instrText", "delInstrText"})  # in runs, that may be cut anywhere
_SPACED = frozenset({"t", "span", "p", "h", "a", *_CODES})  # in these a space alone is text
_TELLING = frozenset({"descr", "title", "alt", "tooltip", "string"})  # "string": a watermark
_SHORTEST = 8  # characters of any other attribute in which anything could stand
_MACHINES = (  # attributes with numbers that programs make up
    *("rsid", "paraid", "textid", "durableid", "style", "points", "path", "uri", "ignorable"),
    *("coord", "embed", "xfrm", "guid", "uid", "creationid", "adj", "gfxdata"),
)
_SYMBOLS = 0xF000  # where fonts of symbols keep theirs
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
    return tag.rpartition("}")[2].rpartition(":")[2]  # a prefix that nobody declared stays


@lru_cache(maxsize=4096)
def _made_up(key: str) -> bool:
    return _local(key).lower().startswith(_MACHINES)


def without_vanished(tree: etree._Element) -> bool:
    """Take the runs that Word does not show out of a part; tell whether there were any."""
    gone = [
        each.getparent().getparent()
        for each in tree.iter("{*}vanish", "{*}webHidden")
        if each.getparent() is not None and local(each.getparent()) == "rPr"
    ]
    for run in gone:
        parent = run.getparent() if run is not None and local(run) == "r" else None
        if parent is not None:
            parent.remove(run)
    return bool(gone)


def texts_of(tree: etree._Element, budget: Budget) -> tuple[str, str]:
    """Return what a part shows and what it does not: deleted text, field codes, attributes.

    Runs of one paragraph are joined as they stand, since a number may be split over many.
    """
    seen: list[str] = []
    unseen: list[str] = []
    told: dict[str, None] = {}
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
            _start(element, name, into, told)
        elif event == "end":
            name, inner = open_.pop()
            if name in _PARAGRAPHS:
                inner.append("\n")
                unseen.append("\n")
            elif name not in _RUNS and (name in _UNSEEN or (element.text or "").strip()):
                inner.append("\n")
            _tail(element, open_[-1][1])
        else:
            unseen.append(f"\n{element.text or ''}\n")
            _tail(element, open_[-1][1])
    return _tidy(seen), _tidy([*unseen, "\n", "\n".join(told)])


def _tail(element: etree._Element, into: list[str]) -> None:
    tail = element.tail
    if tail and not ("\n" in tail and tail.isspace()):
        into.append(tail)


def _start(element: etree._Element, name: str, into: list[str], told: dict[str, None]) -> None:
    if name in _CELLS and into and not into[-1].endswith("\t"):
        into.append("\t")
    if name in _BREAKS:
        into.append(_BREAKS[name])
    text = element.text or ""
    if name in _SPACED or (name not in _NOT_TEXT and not text.isspace()):
        into.append(text)
    if element.keys():
        for key, value in element.items():
            if (len(value) >= _SHORTEST and not _made_up(key)) or _local(key) in _TELLING:
                told.setdefault(value)
            elif name == "sym" and _local(key) == "char":
                into.append(_symbol(value))


def _symbol(code: str) -> str:
    """A character given by its number, as fonts of symbols have them."""
    try:
        number = int(code, 16)
        return chr(number - _SYMBOLS if number >= _SYMBOLS else number)
    except (ValueError, OverflowError):
        return ""


def _tidy(pieces: list[str]) -> str:
    lines = (line.rstrip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line.strip())
