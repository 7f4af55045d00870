"""Draw docs/states.md from models/held.py. `--check` only says whether it is fresh."""

import sys
from pathlib import Path

from models.held import ENDINGS, OWNERS, TRANSITIONS, HeldState

TARGET = Path(__file__).parents[1] / "docs/states.md"


def drawing() -> str:
    """Return the page."""
    arrows = [
        f"    {before.value} --> {after.value}"
        for before, afters in TRANSITIONS.items()
        for after in sorted(afters)
    ]
    ends = [f"    {state.value} --> [*]" for state in HeldState if state in ENDINGS]
    rows = [f"| {state.value} | {OWNERS[state]} |" for state in HeldState]
    return "\n".join(
        [
            "# The states of a held message",
            "",
            "Drawn from `models/held.py` by `make fix`; do not edit.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> held",
            *arrows,
            *ends,
            "```",
            "",
            "| state | whose it is |",
            "|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == drawing() else "docs/states.md is stale: make fix")
    TARGET.write_text(drawing())
