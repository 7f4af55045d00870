"""What `porthor check` says of one message: a report of plain values, without its content. Pure."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from classifiers.text.extracting import Source
from classifiers.text.kinds import kinds_of
from gateway.judge import Judgement
from gateway.nearly import nearly
from models.finding import Finding, Rejected, Text
from models.message import Message
from models.policy import Policy, Rule
from models.verdict import Disposition, Match

_SHOWN = 4  # characters of a match that are shown, and never more than half of it
_MOST_DOTS = 8

_Texts = Mapping[tuple[str, str], Text]


def report(judged: Judgement, policy: Policy, *, on: date) -> dict[str, Any]:
    """Everything about one judgement, ready for JSON.

    `steps` are the five, each with its `name`, its time in `ms` and what it came to.
    """
    verdict = judged.verdict
    texts = {(text.part, text.kind): text for text, _ in judged.reading.texts}
    places = _Places(texts)
    matches = {match.rule: match for outcome in verdict.outcomes for match in outcome.matches}
    near = nearly(judged.envelope, verdict.findings, policy, on=on)
    wanting = {each.rule.id: list(each.reasons) for each in near}
    return {
        "outcome": verdict.disposition.label,
        "unread": judged.exempt,
        "policy": {"version": policy.version, "digest": policy.digest},
        "steps": _steps(judged, texts, matches),
        "recipients": [
            {
                "address": each.recipient,
                "outcome": each.disposition.label,
                "rules": [match.rule for match in each.matches],
            }
            for each in verdict.outcomes
        ],
        "rules": [
            _described(rule) | _applied(match)
            for match in matches.values()
            if (rule := policy.rule(match.rule))
        ],
        "nearly": [_described(each.rule) | {"reasons": wanting[each.rule.id]} for each in near],
        "findings": [_found(each, places) for each in verdict.findings],
        "rejected": [_left(each, places) for each in judged.rejected],
        "unread_parts": [
            {"part": each.part, "reason": each.reason} for each in judged.reading.unread
        ],
    }


def masked(excerpt: str) -> str:
    """Show that something was found, not what: its first characters, then dots."""
    shown = min(_SHOWN, len(excerpt) // 2)
    return printable(excerpt[:shown]) + "•" * min(_MOST_DOTS, len(excerpt) - shown)


def printable(text: str) -> str:
    """Replace what could move a terminal's cursor, turn its text about or break its encoding."""
    return "".join(each if each.isprintable() else "�" for each in text)


def _steps(judged: Judgement, texts: _Texts, matches: Mapping[str, Match]) -> list[dict[str, Any]]:
    reading, finding, deciding = (round(1000 * each, 3) for each in judged.seconds)
    defects = judged.message.defects
    return [
        {
            "name": "read",
            "ms": reading,
            "octets": len(judged.message.raw),
            "parts": [] if judged.exempt else _parts(judged.message, texts),
            "defects": [{"part": each.part, "kind": each.kind} for each in defects],
        },
        {
            "name": "found",
            "ms": finding,
            "detectors": dict(Counter(each.detector for each in judged.verdict.findings)),
            "rejected": len(judged.rejected),
        },
        {"name": "rules", "ms": deciding, "matched": list(matches)},
        {
            "name": "classifier",
            "ms": 0.0,
            "installed": bool(judged.verdict.classifier),
            "digest": judged.verdict.classifier,
            "found": [_learned(each, texts) for each in judged.verdict.findings if each.weights],
        },
        {"name": "outcome", "ms": 0.0, "outcome": judged.verdict.disposition.label},
    ]


def _learned(each: Finding, texts: _Texts) -> dict[str, Any]:
    """What the classifier found, and the words that spoke for and against it, masked."""
    content = texts[each.part, each.kind].content
    words = [(masked(content[one.start : one.end]), one.value) for one in each.weights]
    return {
        "category": each.category,
        "score": each.score,
        "reads_like": each.reads_like,
        "for": [word for word, value in words if value > 0],
        "against": [word for word, value in words if value < 0],
    }


def _parts(message: Message, texts: _Texts) -> list[dict[str, Any]]:
    """The parts, and what is inside them, with the characters read of each."""
    taken = {
        part.number: kinds_of(
            Source(part.payload, part.content_type, part.filename or "", part.charset)
        )
        for part in message.parts
    }
    numbers = dict.fromkeys([*(part for part, _ in texts), *taken])
    described = [
        {
            "part": number,
            "kinds": list(taken.get(number, ())),
            "characters": _characters(texts, number, "header", "visible"),
            "hidden": _characters(texts, number, "hidden"),
        }
        for number in numbers
    ]
    return sorted(described, key=lambda each: _in_order(str(each["part"])))


def _in_order(number: str) -> list[tuple[int, str]]:
    """A key by which "2" comes before "2.1", "2/1" and "10"."""
    spaced = number.replace("/", ".0.").replace("~", ".1.").split(".")
    return [(int(each) if each.isdigit() else 0, each) for each in spaced]


def _characters(texts: _Texts, number: str, *kinds: str) -> int:
    return sum(len(texts[number, kind].content) for kind in kinds if (number, kind) in texts)


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "clause": rule.clause,
        "title": {"en": rule.title.en, "cy": rule.title.cy},
    }


def _applied(match: Match) -> dict[str, Any]:
    return {
        "outcome": match.disposition.label,
        "watches": match.disposition != match.watched,
        "would": Disposition(match.watched).label,
        "findings": list(match.evidence),
    }


class _Places:
    """Where characters stand in the texts, by line."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts
        self._ends: dict[tuple[str, str], array[int]] = {}

    def of(self, each: Finding | Rejected) -> dict[str, Any]:
        """Part, text, offsets, and line and character from one; no line outside any text."""
        described = {"part": each.part, "text": each.kind, "start": each.start, "end": each.end}
        key = (each.part, each.kind)
        if key not in self._texts:
            return {**described, "line": None, "character": None}
        if key not in self._ends:
            content = self._texts[key].content
            self._ends[key] = array("Q", (at for at, one in enumerate(content) if one == "\n"))
        ends = self._ends[key]
        line = bisect_left(ends, each.start)
        begins = ends[line - 1] + 1 if line else 0
        return {**described, "line": line + 1, "character": each.start - begins + 1}


def _found(each: Finding, places: _Places) -> dict[str, Any]:
    return {
        "detector": each.detector,
        "category": each.category,
        "score": each.score,
        **places.of(each),
        "own": each.own,
        "masked": masked(each.excerpt),
        "reason": each.reason,
    }


def _left(each: Rejected, places: _Places) -> dict[str, Any]:
    return {
        "detector": each.detector,
        "reason": each.reason,
        **places.of(each),
        "masked": masked(each.excerpt),
    }
