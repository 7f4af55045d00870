"""What docs/security.md says is tested is; and no page has script or style in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFINED = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"(?m)^def (test_\w+)", path.read_text(encoding="utf-8"))
}
NAMED = re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text(encoding="utf-8"))
EMAILS = frozenset({"notice.html"})  # mail programs read no style sheet
TEMPLATES = sorted((ROOT / "quarantine/templates").glob("*.html"))


@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_a_test_that_the_security_page_names_is_there(name):
    assert name in DEFINED


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_script_or_style_in_it(path):
    text = path.read_text(encoding="utf-8")
    style = "" if path.name in EMAILS else r"<style|\sstyle=|"
    assert not re.search(rf"(?i)<script|{style}\son[a-z]+=|javascript:", text)
    assert not re.search(r"[^'\s]\s*\|\s*safe\b|autoescape", text)  # a literal of ours may be


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_posts_carries_the_token(path):
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r'(?s)<form method="post".*?</form>', text):
        assert 'name="csrf" value="{{ csrf }}"' in form
    asking = text.count('<form method="get"')  # for what a list is to show: changes nothing
    assert text.count("<form") == text.count('<form method="post"') + asking
