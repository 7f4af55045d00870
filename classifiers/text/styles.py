"""What style does to an element: hides it, makes it hard to see, or turns its letters round.

Mail programs differ in what they keep of style, so what hides counts as hidden, and what may
hide (white letters, boxes without size) is read both with and without.
"""

import re2
from selectolax.lexbor import LexborHTMLParser

_HIDES = re2.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|content-visibility:hidden"
    r"|font-size:0(?:\.0+)?(?:[a-z%;!]|$)|opacity:0(?:\.0+)?(?:[;!]|$)"
)
_MAY_HIDE = re2.compile(
    r"(?:^|;)color:(?:white|transparent|#f{3}(?:[;!]|$)|#f{4}(?:[;!]|$)|#f{6}|rgba?\(255,255,255"
    r"|hsla?\(\d+,\d+%,100%|rgba\([\d,]+,0\)|#[0-9a-f]{6}00|#[0-9a-f]{3}0(?:[;!]|$))"
    r"|font-size:(?:0?\.\d+|1(?:\.\d+)?)(?:px|pt)|(?:left|top|right|text-indent|margin-left):-\d{3,}"
    r"|(?:^|;)(?:max-)?(?:width|height):0(?:[a-z%;!]|$)|line-height:0(?:[;!]|$)"
    r"|scale\(0|clip:rect\(0|clip-path:|opacity:0?\.0"
)
_COMMENT = re2.compile(r"(?s)/\*.*?\*/")
_ESCAPE = re2.compile(r"\\([0-9A-Fa-f]{1,6})\s?")
_RULE = re2.compile(r"([^{}]{1,300})\{([^{}]*)\}")
_STEPS = re2.compile(r"[\s>+~]+")
_MOST_RULES = 5000  # of style sheets that are looked at
_MOST_WORK = 20_000_000  # characters of the page times rules that hide: each searches it all
_LAST_CODE = 0x10FFFF
_PALE = frozenset({"white", "#fff", "#ffffff", "transparent"})


def unescaped(style: str) -> str:
    """Style without comments and with its escapes undone, as a browser reads it."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    if "\\" in style:
        style = _ESCAPE.sub(lambda found: _character(found.group(1)), style)
    return style


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if 0 < code <= _LAST_CODE else ""


def _plain(style: str) -> str:
    return "".join(unescaped(style).split()).lower()


class Styles:
    """A page's own style sheets, as far as they hide or turn round: elements by their numbers."""

    def __init__(self, tree: LexborHTMLParser, size: int) -> None:
        self.sheets = unescaped("\n".join(each.text() for each in tree.css("style")))
        self._hidden: set[int] = set()
        self._doubtful: set[int] = set()
        self._turned: set[int] = set()
        self._left = _MOST_WORK
        self._size = size
        for index, rule in enumerate(_RULE.finditer(self.sheets)):
            if index >= _MOST_RULES:
                break
            self._take_in(tree, rule.group(1).strip(), _plain(rule.group(2)))

    def _take_in(self, tree: LexborHTMLParser, selector: str, style: str) -> None:
        kinds = [
            into
            for into, applies in (
                (self._hidden, _HIDES.search(style)),
                (self._doubtful, _MAY_HIDE.search(style)),
                (self._turned, _turns(style)),
            )
            if applies
        ]
        self._left -= self._size if kinds else 0
        if not kinds or self._left < 0:
            return
        try:
            elements = [each.mem_id for each in tree.css(_last(selector))]
        except Exception:  # noqa: BLE001 - selectolax raises what Lexbor says of a bad selector
            return
        for into in kinds:
            into.update(elements)

    def hides(self, number: int, attributes: dict[str, str | None]) -> bool:
        """Tell whether an element is hidden."""
        style = attributes.get("style")
        return (
            "hidden" in attributes
            or number in self._hidden
            or (bool(style) and _HIDES.search(_plain(style or "")) is not None)
        )

    def may_hide(self, number: int, attributes: dict[str, str | None]) -> bool:
        """Tell whether an element is there and hardly to be seen."""
        style = attributes.get("style")
        return (
            number in self._doubtful
            or "".join((attributes.get("color") or "").split()).lower() in _PALE
            or (bool(style) and _MAY_HIDE.search(_plain(style or "")) is not None)
        )

    def turns(self, number: int, attributes: dict[str, str | None], tag: str) -> bool:
        """Tell whether an element shows its letters from right to left."""
        leftwards = (attributes.get("dir") or "").lower() == "rtl"
        style = _plain(attributes.get("style") or "")
        return (
            (tag == "bdo" and leftwards)
            or number in self._turned
            or _turns(style)
            or (leftwards and "bidi-override" in style)
        )


def _last(selector: str) -> str:
    """The last step of each selector: matching what stands above it takes time without bound."""
    steps = (_STEPS.split(each.strip())[-1] for each in selector.split(","))
    return ",".join(each for each in steps if each)


def _turns(style: str) -> bool:
    return "-override" in style and "direction:rtl" in style
