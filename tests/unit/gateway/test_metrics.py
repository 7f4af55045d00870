"""Each program gives the metrics that the handbook says it does, and no others."""

import re
from pathlib import Path

import pytest

from gateway.metrics import MAIL, WORK
from quarantine.metrics import CONSOLE

HANDBOOK = Path(__file__).parents[3] / "docs" / "operating.md"


def documented(program):
    """Names in the table of metrics; a program's name stands in its first row alone."""
    table = HANDBOOK.read_text().partition("| program | metric |")[2].partition("\n\n")[0]
    found, named = set(), ""
    for line in table.splitlines()[2:]:
        _, first, metrics, *_ = line.split("|")
        named = first.strip() or named
        if named == program:
            found |= {each.partition("{")[0] for each in re.findall(r"`([^`]+)`", metrics)}
    return found


@pytest.mark.parametrize(
    ("program", "registry"), [("serve", MAIL), ("worker", WORK), ("console", CONSOLE)]
)
def test_a_program_gives_what_the_handbook_lists(program, registry):
    given = {
        f"{each.name}_total" if each.type == "counter" else each.name
        for each in registry.collect()
        if each.name.startswith("porthor_")
    }
    assert given == documented(program)
