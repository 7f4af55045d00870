"""What is documented is there, and what is there is documented."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import build_parser

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "quarantine", "classifiers", "models", "scripts")
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks/README.md"]


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


def commands(parser, path=()):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, (*path, name))
            return
    yield path, parser


@pytest.mark.parametrize(
    ("path", "parser"),
    [pytest.param(*each, id=" ".join(each[0])) for each in commands(build_parser())],
)
def test_every_command_shows_an_example_and_its_statuses(path, parser):
    assert f"porthor {path[0]}" in parser.epilog
    assert "exit status:" in parser.epilog
    assert parser.description.endswith(".")
