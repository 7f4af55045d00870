"""Workbooks: a row a line, cells joined by tabs, numbers and dates as a person would see them."""

from collections.abc import Iterator
from datetime import date, timedelta

import re2
from lxml import etree

from classifiers.text.extracting import Budget, Extracted, Missing, Piece
from classifiers.text.xml import local, parsed

_SHEETS, _STRINGS, _STYLES = "xl/worksheets/", "xl/sharedstrings.xml", "xl/styles.xml"
_BUILT_IN_DATES = frozenset({*range(14, 18), 22, 27, 30, 36, 50, 57})  # ECMA-376 18.8.30
_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system with its leap year that never was
_LAST_DAY = 2_958_465  # 31 December 9999
_HEADING_CODE = re2.compile(r'&(?:[LCRPNDTFAGSXYEUBIHK]|"[^"]*"|\d+)')  # ECMA-376 18.3.1.46
_IN_ROWS = frozenset({"c", "v", "t", "is", "r", "rPr", "sheetData", "worksheet", "col", "cols", ""})
_FORMULAS = frozenset({"f", "formula", "formula1", "formula2"})
_SHORTEST = 8  # characters of an attribute in which anything could stand
_HEADINGS = frozenset(
    {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}
)


def is_sheet(name: str) -> bool:
    """Tell whether a part of a package is read here rather than as loose text."""
    lower = name.lower()
    return lower == _STRINGS or (lower.startswith(_SHEETS) and lower.endswith(".xml"))


def read_sheets(parts: dict[str, bytes], styles: bytes, budget: Budget) -> Iterator[Extracted]:
    """Yield the rows of every sheet, hidden ones apart, and what is printed round them."""
    by_name = {name.lower(): data for name, data in parts.items()}
    strings = _shared_strings(by_name.pop(_STRINGS, b""), budget)
    dates, codes = _date_styles(styles)
    yield Piece("\n".join(codes), hidden=True)
    used: set[str] = set()
    for name, data in by_name.items():
        tree, whole = parsed(data)
        if not whole:
            yield Missing("damage" if tree is None else "partly-damaged", name)
        if tree is None:
            continue
        seen: list[str] = []
        unseen: list[str] = []
        for element in tree.iter():
            kind = local(element)
            if kind == "row":
                hidden = element.get("hidden") in {"1", "true"}
                (unseen if hidden else seen).append(_row(element, strings, dates, used))
                budget.tick()
            elif kind in _HEADINGS and element.text:
                seen.append(_HEADING_CODE.sub(" ", element.text))
            elif kind not in _IN_ROWS:
                unseen += _beside_rows(element, kind)
        yield Piece("\n".join(seen))
        yield Piece("\n".join(unseen), hidden=True)
    yield Piece("\n".join(each for each in strings if each not in used), hidden=True)


def _beside_rows(element: etree._Element, kind: str) -> Iterator[str]:
    """Formulas, the choices and prompts of checked cells, and what links say."""
    if kind in _FORMULAS and element.text:
        yield element.text.replace('"&"', "").replace('"', " ")
    if kind != "f":
        yield from (value for value in element.values() if len(value) >= _SHORTEST)


def _shared_strings(data: bytes, budget: Budget) -> list[str]:
    tree, _ = parsed(data) if data else (None, True)
    strings = []
    for item in tree if tree is not None else ():
        strings.append("".join(_string(item)))
        budget.tick()
    return strings


def _string(item: etree._Element) -> Iterator[str]:
    """The runs of one string; how it is said aloud comes after."""
    aloud = []
    for each in item.iter():
        if local(each) == "t" and each.text:
            if local(each.getparent()) == "rPh":
                aloud.append(each.text)
            else:
                yield each.text
    if aloud:
        yield f" {' '.join(aloud)}"


def _date_styles(data: bytes) -> tuple[frozenset[int], list[str]]:
    """Which cell styles show a number as a date; and formats that write words."""
    tree, _ = parsed(data) if data else (None, True)
    if tree is None:
        return frozenset(), []
    codes = [
        each.get("formatCode", "")
        for each in tree.iter()
        if local(each) == "numFmt" and '"' in each.get("formatCode", "")
    ]
    own = {
        int(each.get("numFmtId", "0"))
        for each in tree.iter()
        if local(each) == "numFmt" and "y" in _bare(each.get("formatCode", "").lower())
    }
    formats = [each for each in tree.iter() if local(each) == "cellXfs"]
    shown = [int(each.get("numFmtId", "0")) for group in formats[:1] for each in group]
    dates = frozenset(index for index, each in enumerate(shown) if each in own | _BUILT_IN_DATES)
    return dates, codes


def _bare(code: str) -> str:
    """A number format without what stands in quotation marks or brackets."""
    return "".join(code.split('"')[::2]).partition("[")[0] or code.rpartition("]")[2]


def _row(row: etree._Element, strings: list[str], dates: frozenset[int], used: set[str]) -> str:
    cells = [_cell(each, strings, dates) for each in row if local(each) == "c"]
    used.update(cells)
    return "\t".join(each.replace("\n", " ") for each in cells)


def _cell(cell: etree._Element, strings: list[str], dates: frozenset[int]) -> str:
    inline = "".join(each.text or "" for each in cell.iter() if local(each) == "t")
    if inline:
        return inline
    value = next((each.text or "" for each in cell if local(each) == "v"), "")
    if cell.get("t") == "s":
        return strings[int(value)] if value.isdecimal() and int(value) < len(strings) else value
    if cell.get("t") in {"str", "b", "e", "d"}:
        return value
    style = cell.get("s", "")
    return _number(value, shows_date=style.isdecimal() and int(style) in dates)


def _number(value: str, *, shows_date: bool) -> str:
    """A number without exponent or needless fraction; a date as day/month/year."""
    try:
        number = float(value)
    except ValueError:
        return value
    if shows_date and 0 < number < _LAST_DAY:
        return f"{_EPOCH + timedelta(days=int(number)):%d/%m/%Y}"
    return str(int(number)) if number.is_integer() and abs(number) < 1e18 else value  # noqa: PLR2004
