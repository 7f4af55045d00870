"""porthor check: what would happen to a message, step by step. Nothing is sent or stored."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from gateway.commands.in_force import (
    classifier_in_force,
    policy_in_force,
    reading_in_force,
    settings_in_force,
)
from gateway.commands.printing import Line, show
from gateway.explain import printable, report
from gateway.judge import Judge, as_by_smtp, envelope_of
from models.errors import SettingInvalid
from models.mime import read_message

OUTCOMES = {
    "relay": "It would be relayed.",
    "advise": "It would be relayed, and the sender advised.",
    "confirm": "It would be HELD until the sender confirms it.",
    "hold": "It would be HELD for a reviewer.",
    "hold-for-two": "It would be HELD for two reviewers.",
}
_MOST_SHOWN = 5  # findings, or candidates, of one detector in one part
_MOST_NAMED = 3  # findings for which a rule applies
_LEFT = {
    "alone": "stood alone",
    "check-digit": "failed its check digit",
    "date": "is no date",
    "layout": "is not written as one",
    "not-sure-enough": "is less likely than the classifier's threshold",
    "named-otherwise": "is named as something else",
    "no-keeper": "has no keeper beside it",
    "no-word": "has no word near it that says what it is",
    "not-a-number": "is no number of that kind",
    "short": "is too short",
}


def check(arguments: argparse.Namespace) -> int:
    """Say what would happen; 0 relayed, 1 held."""
    raw = as_by_smtp(_read(arguments.file))
    settings = settings_in_force(arguments)
    policy = policy_in_force(arguments.policy, settings)
    today = datetime.now(UTC).date()
    judge = Judge([policy], reading_in_force(settings), classifier_in_force(settings), on=today)
    envelope = envelope_of(read_message(raw), arguments.sender, arguments.recipients)
    (judged,) = judge.judge(raw, envelope)
    facts = report(judged, policy, on=today)
    if arguments.json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    else:
        show(_lines(facts))
    return 1 if judged.verdict.disposition.waits else 0


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise SettingInvalid(f"{name}: cannot be read: {error.strerror}") from None


def _lines(facts: dict[str, Any]) -> Iterator[Line]:
    """The five steps, in words."""
    says = {
        "read": _read_step,
        "found": _found_step,
        "rules": _rules_step,
        "classifier": _classifier_step,
        "outcome": _outcome_step,
    }
    for number, step in enumerate(facts["steps"], 1):
        yield Line(f"{number} {step['name']:<12} {step['ms']:>8.1f} ms", style="bold")
        yield from says[step["name"]](facts, step)


def _read_step(facts: dict[str, Any], step: dict[str, Any]) -> Iterator[Line]:
    if facts["unread"]:
        yield Line("It is on an exempt route: nobody and nothing would read it.", 2, "yellow")
        return
    for each in step["parts"]:
        kind = ", ".join(each["kinds"]) or ("header" if each["part"] == "0" else "inside another")
        hidden = f", {each['hidden']:,} hidden" if each["hidden"] else ""
        count = f"{each['characters']:,} characters{hidden}"
        yield Line(f"part {each['part']:<8} {kind:<16} {count}", 2)
    for each in step["defects"]:
        yield Line(f"part {each['part']:<8} malformed: {_words(each['kind'])}", 2, "yellow")
    for each in facts["unread_parts"]:
        yield Line(f"part {each['part']:<8} could not be read: {_words(each['reason'])}", 2, "red")


def _found_step(facts: dict[str, Any], _step: dict[str, Any]) -> Iterator[Line]:
    if not facts["findings"]:
        yield Line("nothing", 2)
    yield from _grouped(facts["findings"], _finding)
    yield from _grouped(facts["rejected"], _rejected)


def _grouped(entries: list[dict[str, Any]], line: Any) -> Iterator[Line]:
    """The first few of each detector in each part, and how many more."""
    for _, group in groupby(entries, key=lambda each: (each["detector"], each["part"])):
        alike = list(group)
        yield from map(line, alike[:_MOST_SHOWN])
        if len(alike) > _MOST_SHOWN:
            yield Line(f"and {len(alike) - _MOST_SHOWN:,} more like it", 4, "dim")


def _finding(each: dict[str, Any]) -> Line:
    what = " ".join(filter(None, (each["masked"], _words(each["reason"]))))
    own = "own words" if each["own"] else "quoted words"
    return Line(
        f"{each['detector']} ({each['category']}) {what}: {_place(each)}, {own},"
        f" score {each['score']:.2f}",
        2,
    )


def _rejected(each: dict[str, Any]) -> Line:
    why = _LEFT.get(each["reason"], _words(each["reason"]))
    return Line(f"left: {each['detector']} {each['masked']}: {_place(each)}, {why}", 2, "dim")


def _place(each: dict[str, Any]) -> str:
    if each["line"] is None:
        return f"part {each['part']}"
    kind = "" if each["text"] == "visible" else f" {each['text']}"
    return f"part {each['part']}{kind}, line {each['line']}, character {each['character']}"


def _words(slug: str) -> str:
    return slug.replace("-", " ")


def _rules_step(facts: dict[str, Any], _step: dict[str, Any]) -> Iterator[Line]:
    if not facts["rules"]:
        yield Line("none applies", 2)
    for each in facts["rules"]:
        watches = f" (only watches; it would be {each['would']})" if each["watches"] else ""
        style = "" if each["watches"] else "yellow"
        yield Line(f"{each['rule']}, policy {each['clause']}: {each['outcome']}{watches}", 2, style)
        yield Line(f"{each['title']['en']} / {each['title']['cy']}", 4)
        found = [facts["findings"][index] for index in each["findings"]]
        more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
        named = "; ".join(f"{one['detector']}, {_place(one)}" for one in found[:_MOST_NAMED])
        if named:
            yield Line(f"for {named}{more}", 4)
    for each in facts["nearly"]:
        said = "; ".join(each["reasons"])
        yield Line(f"nearly: {each['rule']}, policy {each['clause']}: {said}", 2, "dim")


def _classifier_step(_facts: dict[str, Any], step: dict[str, Any]) -> Iterator[Line]:
    if not step["installed"]:
        yield Line("None is in force: the rules alone decide.", 2)
        return
    yield Line(f"Its digest begins {step['digest'][:12]}.", 2)
    for each in step["found"]:
        words = ", ".join(each["for"]) or "none in the text itself"
        like = f" (reads like {each['reads_like']})" if each["reads_like"] else ""
        yield Line(f"{each['category']}{like}, {each['score']:.0%} likely; by: {words}", 2)
    if not step["found"]:
        yield Line("Nothing reached its threshold.", 2)


def _outcome_step(facts: dict[str, Any], _step: dict[str, Any]) -> Iterator[Line]:
    held = "HELD" in OUTCOMES[facts["outcome"]]
    yield Line(OUTCOMES[facts["outcome"]], 2, "bold red" if held else "bold green")
    if len({each["outcome"] for each in facts["recipients"]}) > 1:
        yield Line("Recipients part:", 2)
        for each in facts["recipients"]:
            yield Line(f"{printable(each['address'])}: {each['outcome']}", 4)
