"""A notice as HTML: the plain text's words, each language marked, nothing that acts or loads."""

import re
from html.parser import HTMLParser

import pytest

from quarantine import notices
from quarantine.html_notice import to_html

LINK = "https://console.example/held/POR1"
HOSTILE = '<script>alert(1)</script> "><img src=//x.example>'
TAGS = {"html", "head", "meta", "title", "body", "main", "div", "h2", "ul", "li", "p", "br", "a"}
NOTICES = [name for name in notices.names() if "text" in notices.words(name, "en")]


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.words, self.links, self.languages = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        if "lang" in given:
            self.languages.append((tag, given["lang"]))
        if tag == "a":
            self.links.append(given["href"])
        assert not {"src", "srcset", "onclick", "background", "action"} & set(given)

    def handle_data(self, data):
        self.words += data.split()


class Filled(dict):
    def __missing__(self, key):
        return HOSTILE


def page(name, order=("cy", "en"), **values):
    written = [
        (each, notices.words(name, each)["text"], Filled({"link": LINK, **values}))
        for each in order
    ]
    return to_html(f"Pwnc | {name} {HOSTILE}", written)


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_says_in_html_what_its_text_says_and_nothing_acts_or_loads(name):
    html = page(name)
    found = Page(html)
    assert set(found.tags) <= TAGS
    assert "<script" not in html
    assert "<img" not in html
    assert all(each.startswith(LINK) for each in found.links)
    plain = " ".join(
        notices.words(name, each)["text"].format_map(Filled({"link": LINK}))
        for each in ("cy", "en")
    )
    shown = " ".join(found.words)
    for word in set(re.sub(r"^- ", "", plain, flags=re.MULTILINE).split()):
        assert word in shown, word


def test_each_language_is_marked_in_the_order_of_the_reader():
    found = Page(page("held", ("en", "cy")))
    assert found.languages == [("html", "en"), ("div", "en"), ("div", "cy")]


def test_headings_lists_and_the_lines_of_the_envelope():
    html = page("held", reasons="- A card number\n  Policy 4.2: none by email.", reviewer="Gwen")
    assert re.search(r"<h2[^>]*>Why it was held</h2>", html)
    assert re.search(r"<li[^>]*>A card number<br>Policy 4.2: none by email.</li>", html)
    assert re.search(r"To: [^<]+(&[^<]+)*<br>Reference:", html)
    assert html.count(f">{LINK}</a>") == 2
