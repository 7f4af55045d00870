"""What a reader would see of HTML, and apart from it what is hidden (selectolax, Lexbor)."""

from collections.abc import Iterator
from urllib.parse import unquote

import re2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.text.charsets import plausible_texts
from classifiers.text.extracting import Budget, Extracted, Piece, Source
from classifiers.text.styles import Styles, unescaped

_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot"),
        *("thead", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
_CODE = frozenset({"script", "style", "template", "title", "textarea", "option", "datalist"})
_INSTEAD = frozenset(  # shown only where something else is not
    {
        *("noscript", "iframe", "object", "audio", "video", "canvas", "noframes", "noembed"),
        *("dialog", "details", "rt", "rp", "applet"),
    }
)
_TELLING = ("alt", "title", "aria-label", "placeholder", "value", "content", "label", "summary")
_ADDRESSES = ("src", "href", "data", "action", "background")
_DEEPEST = 3  # markup inside markup that is still parsed
_SCHEME = 32  # characters in which an address shows its scheme
_LAYOUT = frozenset(  # attributes that hold measures and names that nobody writes by hand
    {
        *("style", "class", "id", "name", "width", "height", "align", "valign", "bgcolor", "lang"),
        *("border", "cellpadding", "cellspacing", "colspan", "rowspan", "target", "rel", "type"),
        *("dir", "face", "size", "color", "role", "media", "charset", "http-equiv", "method"),
    }
)
_SHORTEST = 7  # characters of an attribute in which anything could stand
_FEWEST_DIGITS = 6  # of an attribute that is no text, and of an address
_NAMED_CHARSET = re2.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})")
_NEAR_START = 4096  # octets in which a page names its character set
_ENTITY = re2.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+[\"']([^\"'<>&]{0,100})[\"']")
_USED = re2.compile(r"&([A-Za-z_][\w.-]{0,60});")
_DROPPED = re2.compile(  # what parsers drop of the source
    r"</[A-Za-z][A-Za-z0-9]*\s([^<>]{7,})>|<[!?]([^<>\[-][^<>]{7,})>|<([^<>]{7,})\z"
)
_OVERRIDE, _POP = "\u202e", "\u202c"
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divRplyFwdMsg", "appendonsend")


def read_html(source: Source, _budget: Budget) -> Iterator[Extracted]:
    """Yield the visible text and the hidden, of each plausible character set."""
    for index, text in enumerate(_plausible_sources(source)):
        visible, hidden, quoted_from, others = html_texts(text)
        yield Piece(visible, quoted_from=quoted_from, another=index > 0)
        for other in others:
            yield Piece(other, another=True)
        if hidden:
            yield Piece(hidden, hidden=True)


def _plausible_sources(source: Source) -> list[str]:
    """The markup in each plausible character set, one that it names itself included."""
    named = _NAMED_CHARSET.search(source.payload[:_NEAR_START])
    charset = named.group(1).decode("ascii", "replace") if named else None
    found = plausible_texts(source.payload, source.charset or charset)
    found = [_expanded(each) if "<!ENTITY" in each else each for each in found]
    if charset and source.charset and charset.lower() != source.charset.lower():
        found += plausible_texts(source.payload, charset)
    return list(dict.fromkeys(found))


def _expanded(text: str) -> str:
    """XML whose own entities are written out, once and in bounds, as a browser shows them."""
    named = {found.group(1): found.group(2) for found in _ENTITY.finditer(text)}
    plain: str = _USED.sub(lambda found: named.get(found.group(1), found.group()), text)
    return plain


def html_texts(source: str, depth: int = 0) -> tuple[str, str, int | None, list[str]]:
    """Return the visible text, the hidden, where quoted mail starts in the visible, and others.

    Never raises. The start is None when the mail quotes nothing that is marked as a quote. The
    others are the visible text with all that style hides, and without what it may hide, where
    there is such.
    """
    tree = LexborHTMLParser(source)
    walker = _Walker(Styles(tree, len(source)), depth, _SEEN)
    root = tree.root.parent or tree.root if tree.root is not None else None
    if root is None:
        return "", "", None, []
    walker.walk(root)
    walker.dropped(source)
    others = []
    for met, level in ((walker.hid, _ALL), (walker.doubted, _SURE)):
        if met:
            other = _Walker(walker.styles, _DEEPEST, level)
            other.walk(root)
            others.append(other.visible())
    others = [each for each in dict.fromkeys(others) if each != walker.visible()]
    return walker.visible(), walker.hidden(), walker.quote_start, others


_SURE, _SEEN, _ALL = 0, 1, 2  # how much is shown: surely seen, perhaps seen, all there is
_NEVER = 3


class _Walker:
    """Walks the tree in document order without recursion: nesting is the sender's choice."""

    def __init__(self, styles: Styles, depth: int, level: int) -> None:
        self.styles = styles
        self.hid = False  # whether style hides some text in a line with other text
        self.doubted = False  # whether it may hide some
        self.quote_start: int | None = None
        self._depth = depth  # of markup inside markup
        self._level = level
        self._seen: list[str] = []
        self._length = 0
        self._hidden: list[str] = []
        self._known: set[str] = set()
        self._beside_hidden = False  # hidden text came last in this line

    def visible(self) -> str:
        return "".join(self._seen)

    def hidden(self) -> str:
        return "\n".join(self._hidden)

    def dropped(self, source: str) -> None:
        """Take in what the parser left out, and style sheets whose escapes hide words."""
        for found in _DROPPED.finditer(source):
            self._hide(next(each for each in found.groups() if each))
        if "content" in self.styles.sheets:
            self._hide(self.styles.sheets)

    def _add(self, text: str) -> None:
        if text:
            self._seen.append(text)
            self._length += len(text)

    def _at_break(self) -> bool:
        return not self._seen or self._seen[-1].endswith("\n")

    def _break(self) -> None:
        self._beside_hidden = False
        if self._seen and not self._seen[-1].endswith("\n"):
            self._add("\n")

    def walk(self, body: LexborNode) -> None:
        stack: list[tuple[LexborNode | str, int]] = [(body, _SURE)]
        while stack:
            node, needs = stack.pop()
            if isinstance(node, str):
                self._break() if node == "\n" else self._add(node)
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "", needs)
                continue
            if tag == "-comment":
                self._within(node.comment_content or "")
                continue
            if tag == "template":
                self._within((node.html or "").partition(">")[2])
                continue
            needs = max(needs, self._element(node, tag))
            if tag in _BLOCKS:
                self._break()
                stack.append(("\n", needs))
            if node.attributes and self.styles.turns(node.mem_id, node.attributes, tag):
                self._add(_OVERRIDE)
                stack.append((_POP, needs))
            if tag in _CELLS:
                stack.append(("\t", needs))
            children = list(node.iter(include_text=True, skip_empty=False))
            stack.extend((child, needs) for child in reversed(children))

    def _text(self, text: str, needs: int) -> None:
        if needs > self._level:
            self._hide(text)
            if needs == _ALL and not text.isspace():
                self.hid = self.hid or self._beside_hidden or not self._at_break()
                self._beside_hidden = True
            return
        if self._beside_hidden and not text.isspace():
            self.hid = True
        self.doubted = self.doubted or (needs == _SEEN and not text.isspace())
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
        if text and not text.isspace() and self._level == _SEEN:
            plain = " ".join(text.split())
            if plain not in self._known:
                self._known.add(plain)
                self._hidden.append(plain)

    def _within(self, source: str) -> None:
        """Markup that stands inside a comment, a template or an attribute."""
        if "<" not in source or self._depth >= _DEEPEST:
            self._hide(source)
            return
        seen, unseen, _, others = html_texts(source, self._depth + 1)
        for each in (seen, unseen, *others):
            self._hide(each)

    def _element(self, node: LexborNode, tag: str) -> int:
        """Note the attributes a reader may see; return what it takes to see the element."""
        if tag in _CODE:
            needs = _NEVER
        else:
            needs = _ALL if tag == "noscript" else _SEEN if tag in _INSTEAD else _SURE
        attributes = node.attributes
        if attributes and self._level == _SEEN:
            self._attributes(attributes)
        if self.styles.hides(node.mem_id, attributes):
            return max(needs, _ALL)
        return max(needs, _SEEN) if self.styles.may_hide(node.mem_id, attributes) else needs

    def _attributes(self, attributes: dict[str, str | None]) -> None:
        for name, value in attributes.items():
            if not value or (len(value) < _SHORTEST and name not in _TELLING):
                continue
            if name in _ADDRESSES:
                self._address(value)
            elif name == "srcdoc":
                self._within(value)
            elif name in _TELLING or name not in _LAYOUT:
                self._hide(value)
                self._address(value)
            elif sum(map(str.isdigit, value)) >= _FEWEST_DIGITS or '"' in value or "'" in value:
                self._hide(unescaped(value))
            elif (name not in {"class", "style"} and " " in value) or (
                name == "style" and "url(" in value
            ):
                self._hide(value)
        marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        quoted = any(mark in marks for mark in _QUOTES) or attributes.get("type") == "cite"
        if self.quote_start is None and quoted:
            self._break()
            self.quote_start = self._length

    def _address(self, address: str) -> None:
        """What an address itself can carry: a data URI, words in its query, numbers."""
        start = address[:_SCHEME].strip().lower()
        telling = start.startswith(("data:", "mailto:")) or any(each in address for each in "?% ")
        if telling or sum(map(str.isdigit, address)) >= _FEWEST_DIGITS:
            self._hide(unquote(address))
            if "+" in address and "?" in address:
                self._hide(unquote(address.replace("+", " ")))
