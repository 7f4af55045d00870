"""What a reader would see of HTML, and apart from it what is hidden (selectolax, Lexbor)."""

from collections.abc import Iterator
from urllib.parse import unquote

import re2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.text.charsets import plausible_texts
from classifiers.text.extracting import Budget, Extracted, Piece, Source

_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot"),
        *("thead", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
_UNSHOWN = frozenset({"script", "style", "template", "noscript", "title", "textarea", "option"})
_HIDING = ("display:none", "visibility:hidden", "font-size:0", "opacity:0", "mso-hide:all")
_TELLING = ("alt", "title", "aria-label", "placeholder", "value", "content", "label", "summary")
_ADDRESSES = ("src", "href", "data", "action", "background")
_DEEPEST = 3  # markup inside markup that is still parsed
_SCHEME = 32  # characters in which an address shows its scheme
_MOST_RULES = 500  # of style sheets
_NAMED_CHARSET = re2.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})")
_NEAR_START = 4096  # octets in which a page names its character set
_RULE = re2.compile(r"([^{}]{1,300})\{([^{}]*)\}")
_OVERRIDE, _POP = "\u202e", "\u202c"
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divRplyFwdMsg", "appendonsend")


def read_html(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the visible text and the hidden, of each plausible character set."""
    for index, text in enumerate(_plausible_sources(source)):
        visible, hidden, quoted_from = html_texts(text)
        yield Piece(visible, quoted_from=quoted_from, another=index > 0)
        if hidden:
            yield Piece(hidden, hidden=True)


def _plausible_sources(source: Source) -> list[str]:
    """The markup in each plausible character set, one that it names itself included."""
    named = _NAMED_CHARSET.search(source.payload[:_NEAR_START])
    charset = named.group(1).decode("ascii", "replace") if named else None
    found = plausible_texts(source.payload, source.charset or charset)
    if charset and source.charset and charset.lower() != source.charset.lower():
        found += plausible_texts(source.payload, charset)
    return list(dict.fromkeys(found))


def html_texts(source: str, depth: int = 0) -> tuple[str, str, int | None]:
    """Return the visible text, the hidden text, and where quoted mail starts in the visible.

    Never raises. The start is None when the mail quotes nothing that is marked as a quote.
    """
    tree = LexborHTMLParser(source)
    walker = _Walker(_hidden_by_style(tree), depth)
    if tree.root is not None:
        walker.walk(tree.root.parent or tree.root)
    return walker.visible(), walker.hidden(), walker.quote_start


def _hidden_by_style(tree: LexborHTMLParser) -> frozenset[int]:
    """Which elements the page's own style sheets hide, by the parser's numbers."""
    found: set[int] = set()
    sheets = "\n".join(each.text() for each in tree.css("style"))
    for index, rule in enumerate(_RULE.finditer(sheets)):
        if index >= _MOST_RULES:
            break
        selector, style = rule.group(1).strip(), rule.group(2)
        if _hides(style):
            try:
                found.update(each.mem_id for each in tree.css(selector))
            except Exception:  # noqa: BLE001, S112 - selectolax raises what Lexbor says of a bad selector
                continue
    return frozenset(found)


def _hides(style: str) -> bool:
    plain = "".join(style.split()).lower()
    return any(each in plain for each in _HIDING)


class _Walker:
    """Walks the tree in document order without recursion: nesting is the sender's choice."""

    def __init__(self, hidden_by_style: frozenset[int], depth: int) -> None:
        self._hidden_by_style = hidden_by_style
        self._depth = depth  # of markup inside markup
        self._seen: list[str] = []
        self._length = 0
        self._hidden: list[str] = []
        self.quote_start: int | None = None

    def visible(self) -> str:
        return "".join(self._seen)

    def hidden(self) -> str:
        return "\n".join(self._hidden)

    def _add(self, text: str) -> None:
        if text:
            self._seen.append(text)
            self._length += len(text)

    def _break(self) -> None:
        if self._seen and not self._seen[-1].endswith("\n"):
            self._add("\n")

    def walk(self, body: LexborNode) -> None:
        stack: list[tuple[LexborNode | str, bool]] = [(body, False)]
        while stack:
            node, hidden = stack.pop()
            if isinstance(node, str):
                self._break() if node == "\n" else self._add(node)
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "", hidden=hidden)
                continue
            if tag == "-comment":
                self._within(node.comment_content or "")
                continue
            if tag == "template":
                self._within((node.html or "").partition(">")[2])
                continue
            hidden = self._element(node) or hidden or tag in _UNSHOWN
            if self._turned(node, tag):
                self._add(_OVERRIDE)
                stack.append((_POP, False))
            if tag in _BLOCKS:
                self._break()
                stack.append(("\n", False))
            elif tag in _CELLS:
                stack.append(("\t", False))
            children = list(node.iter(include_text=True, skip_empty=False))
            stack.extend((child, hidden) for child in reversed(children))

    def _text(self, text: str, *, hidden: bool) -> None:
        if hidden:
            self._hide(text)
            return
        words = " ".join(text.split())
        if not words:
            if text and self._seen and not self._seen[-1][-1:].isspace():
                self._add(" ")
            return
        lead = " " if text[0].isspace() and not self._ends_in_space() else ""
        tail = " " if text[-1].isspace() else ""
        self._add(f"{lead}{words}{tail}")

    def _ends_in_space(self) -> bool:
        return not self._seen or self._seen[-1][-1:].isspace()

    def _hide(self, text: str) -> None:
        if text.strip():
            self._hidden.append(" ".join(text.split()))

    def _within(self, source: str) -> None:
        """Markup that stands inside a comment, a template or an attribute."""
        if "<" not in source or self._depth >= _DEEPEST:
            self._hide(source)
            return
        seen, unseen, _ = html_texts(source, self._depth + 1)
        self._hide(seen)
        self._hide(unseen)

    def _element(self, node: LexborNode) -> bool:
        """Note the attributes a reader may see; tell whether the element is hidden."""
        attributes = node.attributes
        if not attributes:
            return node.mem_id in self._hidden_by_style
        for name in _TELLING:
            self._hide(attributes.get(name) or "")
        for name in _ADDRESSES:
            self._address(attributes.get(name) or "")
        if within := attributes.get("srcdoc"):
            self._within(within)
        marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        quoted = any(mark in marks for mark in _QUOTES) or attributes.get("type") == "cite"
        if self.quote_start is None and quoted:
            self._break()
            self.quote_start = self._length
        return (
            "hidden" in attributes
            or node.mem_id in self._hidden_by_style
            or _hides(attributes.get("style") or "")
        )

    def _address(self, address: str) -> None:
        """What an address itself can carry: a data URI, or words in its query."""
        start = address[:_SCHEME].strip().lower()
        if start.startswith(("data:", "mailto:")) or "?" in address or "%" in address:
            self._hide(unquote(address))

    def _turned(self, node: LexborNode, tag: str) -> bool:
        """Tell whether an element shows its letters from right to left."""
        attributes = node.attributes
        style = "".join((attributes.get("style") or "").split()).lower()
        return (tag == "bdo" and (attributes.get("dir") or "").lower() == "rtl") or (
            "bidi-override" in style and "direction:rtl" in style
        )
