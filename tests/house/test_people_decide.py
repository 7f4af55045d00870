"""No path leads to a refusal, or to HR, but through a function that is told which person it is."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADVERSE = {"REFUSED", "REFERRED"}
DECIDING = {
    ("quarantine/review.py", "refuse"): "Person | str",  # a str: who is signed in to the machine
    ("quarantine/outcomes.py", "refer"): "Person",
    ("quarantine/outcomes.py", "refuse_for_hr"): "Person",
}


def moves(tree):
    """Each function that moves a message into an adverse state, with what its `by` may be."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            match call:
                case ast.Call(func=ast.Attribute(attr="move"), args=[_, _, _, into, *_]):
                    if isinstance(into, ast.Attribute) and into.attr in ADVERSE:
                        yield function.name, _by(function)


def _by(function):
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return next((ast.unparse(each.annotation) for each in arguments if each.arg == "by"), "nobody")


@pytest.mark.requirement("L30")
@pytest.mark.requirement("N6")
def test_only_a_named_person_refuses_or_passes_to_hr():
    found = {
        (path.relative_to(ROOT).as_posix(), name): by
        for folder in ("quarantine", "gateway", "models/db")
        for path in (ROOT / folder).rglob("*.py")
        for name, by in moves(ast.parse(path.read_bytes()))
    }
    assert found == DECIDING
