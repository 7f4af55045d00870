"""Our four names are ours, and importing a package runs nothing."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "classifiers", "quarantine", "gateway")
WITH_CODE = {
    "gateway/sample",  # the sample's own text is read through it
    "classifiers/learned",  # the entry point of other programs: docs/decisions/0003
}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_name_comes_from_our_distribution_alone(name):
    module = __import__(name)
    assert Path(module.__file__).parent == ROOT / name
    assert set(packages_distributions().get(name, ["porthor"])) == {"porthor"}


@pytest.mark.parametrize(
    "path",
    [
        path
        for name in PACKAGES
        for path in (ROOT / name).rglob("__init__.py")
        if path.parent.relative_to(ROOT).as_posix() not in WITH_CODE
    ],
    ids=str,
)
def test_an_init_holds_a_docstring_only(path):
    assert [type(each) for each in ast.parse(path.read_text()).body] == [ast.Expr]


def test_importing_the_classifier_s_entry_point_loads_nothing_heavy():
    command = "import sys, classifiers.learned; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False).returncode == 0


def test_both_examples_in_deploy_are_those_in_the_wheel():
    for name in ("porthor.example.toml", "policy.example.toml"):
        inside = ROOT / "gateway/sample" / name
        assert (ROOT / "deploy" / name).read_text() == inside.read_text()
