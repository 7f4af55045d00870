"""Our four names are ours, and importing a package runs nothing."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "classifiers", "quarantine", "gateway")


@pytest.mark.parametrize("name", PACKAGES)
def test_the_name_comes_from_our_distribution_alone(name):
    module = __import__(name)
    assert Path(module.__file__).parent == ROOT / name
    assert set(packages_distributions().get(name, ["porthor"])) == {"porthor"}


@pytest.mark.parametrize(
    "path", [path for name in PACKAGES for path in (ROOT / name).rglob("__init__.py")], ids=str
)
def test_an_init_holds_a_docstring_only(path):
    if path.parent.name == "sample":
        pytest.skip("the sample's own text is read through it")
    assert [type(each) for each in ast.parse(path.read_text()).body] == [ast.Expr]


def test_both_examples_in_deploy_are_those_in_the_wheel():
    for name in ("porthor.example.toml", "policy.example.toml"):
        inside = ROOT / "gateway/sample" / name
        assert (ROOT / "deploy" / name).read_text() == inside.read_text()
