"""What a reader would see of HTML, and apart from it what is hidden (selectolax, Lexbor)."""

from collections.abc import Iterator

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
_SILENT = frozenset({"script", "style", "head", "template", "noscript"})
_HIDING = ("display:none", "visibility:hidden", "font-size:0", "opacity:0", "mso-hide:all")
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divRplyFwdMsg", "appendonsend")


def read_html(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the visible text and the hidden, of each plausible character set."""
    for index, text in enumerate(plausible_texts(source.payload, source.charset)):
        visible, hidden, quoted_from = html_texts(text)
        yield Piece(visible, quoted_from=quoted_from, another=index > 0)
        if hidden:
            yield Piece(hidden, hidden=True)


def html_texts(source: str) -> tuple[str, str, int | None]:
    """Return the visible text, the hidden text, and where quoted mail starts in the visible.

    Never raises. The start is None when the mail quotes nothing that is marked as a quote.
    """
    tree = LexborHTMLParser(source)
    walker = _Walker()
    if tree.body is not None:
        walker.walk(tree.body)
    return walker.visible(), walker.hidden(), walker.quote_start


class _Walker:
    """Walks the tree in document order without recursion: nesting is the sender's choice."""

    def __init__(self) -> None:
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
                self._hide(node.comment_content or "")
                continue
            if tag in _SILENT:
                continue
            hidden = hidden or self._element(node)
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

    def _element(self, node: LexborNode) -> bool:
        """Note the attributes a reader may see; tell whether the element is hidden."""
        attributes = node.attributes
        for name in ("alt", "title"):
            self._hide(attributes.get(name) or "")
        marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        quoted = any(mark in marks for mark in _QUOTES) or attributes.get("type") == "cite"
        if self.quote_start is None and quoted:
            self._break()
            self.quote_start = self._length
        style = (attributes.get("style") or "").replace(" ", "").lower()
        return "hidden" in attributes or any(each in style for each in _HIDING)
