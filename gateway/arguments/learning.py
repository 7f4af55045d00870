"""Commands that train, measure, fit and replace the classifier."""

import argparse
from pathlib import Path

from gateway.arguments.adding import Commands, add

_BUDGET = "share of clean mail that may be found, a category (default: 0.001)"


def learning(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add them."""
    _train(commands, common)
    _evaluate(commands, common)
    calibrate = add(
        commands,
        common,
        "calibrate",
        "calibrate:calibrate",
        "Fit the classifier's thresholds to the body's own clean mail.",
        "porthor calibrate --budget 0.001 Maildir",
    )
    calibrate.add_argument("path", type=Path, metavar="PATH", help="Maildir, mbox or .eml folder")
    calibrate.add_argument("--budget", type=float, default=0.001, metavar="SHARE", help=_BUDGET)
    calibrate.add_argument("--json", action="store_true", help="print JSON")
    _learn(commands, common)


def _train(commands: Commands, common: argparse.ArgumentParser) -> None:
    train = add(
        commands,
        common,
        "train",
        "train:train",
        "Train a classifier on our corpus, and on public data where a folder of it is given.",
        "porthor train --data public --out classifier",
    )
    train.add_argument("--data", type=Path, metavar="DIR", help="public data, *.jsonl.gz")
    train.add_argument(
        "--out", type=Path, metavar="DIR", help="of artefacts (default: the settings' folder)"
    )
    train.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    train.add_argument("--budget", type=float, default=0.001, metavar="SHARE", help=_BUDGET)
    train.add_argument("--json", action="store_true", help="print JSON")


def _evaluate(commands: Commands, common: argparse.ArgumentParser) -> None:
    evaluate = add(
        commands,
        common,
        "evaluate",
        "evaluate:evaluate",
        "Measure the classifier on labelled texts, one JSON object a line.",
        "porthor evaluate --stream mail.jsonl --chart chart.svg labelled.jsonl",
    )
    evaluate.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="default: the set that is shipped"
    )
    evaluate.add_argument(
        "--stream", type=Path, metavar="FILE", help="clean mail that budgets are of"
    )
    evaluate.add_argument("--artefact", type=Path, metavar="DIR", help="default: that in force")
    evaluate.add_argument("--chart", type=Path, metavar="FILE.svg", help="draw it there")
    evaluate.add_argument("--json", action="store_true", help="one JSON object a line")


def _learn(commands: Commands, common: argparse.ArgumentParser) -> None:
    acts = commands.add_parser(
        "learn", help="Propose a classifier from reviewers' answers; adopt one, or go back."
    ).add_subparsers(dest="act", metavar="ACT", required=True)
    propose = add(
        acts,
        common,
        "propose",
        "learn:propose",
        "Train a classifier with reviewers' answers, and compare it with the one in force.",
        "porthor learn propose --data public",
    )
    propose.add_argument("--data", type=Path, metavar="DIR", help="public data, *.jsonl.gz")
    propose.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    adopt = add(
        acts,
        common,
        "adopt",
        "learn:adopt",
        "Put a classifier in force; no if a fixed set gets worse beyond its interval.",
        "porthor learn adopt 0002 --by gwen.morgan",
    )
    adopt.add_argument("name", metavar="NAME", help="of its folder, such as 0002")
    back = add(
        acts,
        common,
        "back",
        "learn:back",
        "Put the classifier before this one in force again.",
        "porthor learn back --by gwen.morgan",
    )
    for each in (adopt, back):
        each.add_argument("--by", required=True, metavar="PERSON", help="who answers for it")
    report = add(
        acts,
        common,
        "report",
        "learn:report",
        "Say how precise each category was by reviewers' answers, month by month.",
        "porthor learn report --json",
    )
    for each in (propose, adopt, back, report):
        each.add_argument("--json", action="store_true", help="print JSON")
