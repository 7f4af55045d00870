"""Draw docs/requirements.md from docs/requirements.toml and the tests that claim an id.

A test claims one by `@pytest.mark.requirement("L2")`. `--check` only says whether it is fresh.
"""

import ast
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "docs/requirements.toml"
TARGET = ROOT / "docs/requirements.md"
STATES = ("met", "partly", "not yet", "not ours")
OPENING = """\
# What is asked of Porthor, and where it is met

Drawn from `docs/requirements.toml` and the tests by `make fix`; do not edit. A test claims an id by
`@pytest.mark.requirement("L2")`; a file in the last column holds at least one that does.

| state | means |
|---|---|
| met | the code does it and a test shows it |
| partly | something of it is there; the note says what is missing |
| not yet | it is not there |
| not ours | no program can do it; the note says who does |
"""


def claims(folder=ROOT / "tests"):
    """Return for each id the names of the test files that claim it, in order."""
    found = defaultdict(set)
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="requirement"), args=[ast.Constant(value=str(each))]
                ):
                    found[each].add(path.name)
    return {each: sorted(names) for each, names in found.items()}


def families():
    """Return what the source file holds: a list of families, each with its requirements."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))["families"]


def drawing():
    """Return the page."""
    claimed = claims()
    lines = [OPENING]
    for family in families():
        asked = family["requirements"]
        counted = Counter(each["state"] for each in asked)
        counts = ", ".join(f"{counted[state]} {state}" for state in STATES if counted[state])
        lines += [f"## {family['letter']}: {family['title']}", "", f"{counts}.", ""]
        lines += ["| id | what | state | where | note | tests |", "|---|---|---|---|---|---|"]
        lines += [_row(each, claimed.get(each["id"], [])) for each in asked]
        lines.append("")
    return "\n".join(lines)


def _row(asked, tests):
    where = ", ".join(f"`{each}`" for each in asked.get("where", []))
    shown = ", ".join(f"`{each}`" for each in tests)
    cells = (asked["id"], asked["title"], asked["state"], where, asked.get("note", ""), shown)
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    if "--check" in sys.argv:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == drawing()
        sys.exit(0 if fresh else "docs/requirements.md is stale: make fix")
    TARGET.write_text(drawing(), encoding="utf-8")
