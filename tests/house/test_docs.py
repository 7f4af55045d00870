"""What is documented is there, and what is there is documented."""

import argparse
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gateway.cli import build_parser

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "quarantine", "classifiers", "models", "scripts")
DOCS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "benchmarks/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "deploy").rglob("*.md")),
]
SETTINGS = tomllib.loads((ROOT / "deploy/porthor.example.toml").read_text())


def test_the_drawn_states_are_fresh():
    command = [sys.executable, "scripts/draw_states.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_the_files_a_page_names_are_there(page):
    folders = "gateway|models|classifiers|quarantine|docs|deploy|tests|benchmarks"
    for target in re.findall(rf"`((?:{folders})/[\w./-]+\.\w+)`", page.read_text()):
        assert (ROOT / target).exists(), target


def test_the_pages_that_a_module_names_are_there():
    modules = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    named = {page for path in modules for page in re.findall(r"docs/[\w.-]+\w", path.read_text())}
    assert named
    assert not [page for page in named if not (ROOT / page).exists()]


def test_readme_shows_both_commands_on_its_first_screen():
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:30])
    assert "make demo" in first
    assert "make test" in first


def choices(parser):
    """The commands of a parser; {} where there is none below."""
    below = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return next((each.choices for each in below), {})


def commands(parser, path=()):
    for name, child in choices(parser).items():
        yield from commands(child, (*path, name))
    if not choices(parser):
        yield path, parser


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_the_commands_and_options_a_page_names_are_there(page):
    text = page.read_text()
    inline, lines = r"`porthor\s([^`]+)`", r"(?m)^\s*porthor (.+?)(?: [#|>].*)?$"
    for named in (*re.findall(inline, text), *re.findall(lines, text)):
        parser, words = build_parser(), iter(shlex.split(named))
        for word in words:
            if word.strip("[").startswith("-"):
                assert word.strip("[]").partition("=")[0] in parser._option_string_actions, named
                if word == "--config":
                    next(words)
            elif choices(parser):
                assert word in choices(parser), named
                parser = choices(parser)[word]


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_the_settings_and_targets_a_page_names_are_there(page):
    text = page.read_text()
    for section, key in re.findall(r"`([a-z_]+)\.([a-z_\d]+)`", text):
        assert (
            section not in SETTINGS or key in SETTINGS[section] or key in {"py", "toml", "sealed"}
        )
    for target in re.findall(r"(?m)(?:^|`)make ([a-z]+)", text):
        assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text()), target


@pytest.mark.parametrize(
    ("path", "parser"),
    [pytest.param(*each, id=" ".join(each[0])) for each in commands(build_parser())],
)
def test_every_command_shows_an_example_and_its_statuses(path, parser):
    assert f"porthor {path[0]}" in parser.epilog
    assert "exit status:" in parser.epilog
    assert parser.description.endswith(".")
