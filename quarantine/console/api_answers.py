"""A checked text as the HTTP API answers: rules in both languages, matches masked, places counted.

Findings point into texts as they were read; here they are counted back to the text and the subject
as they were given. Pure.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from models.finding import Finding, Text, Unread
from models.policy import Bilingual, Policy
from models.verdict import Verdict
from quarantine.console.api_models import (
    BothLanguages,
    CheckRequest,
    CheckResponse,
    Clause,
    DispositionWord,
    Matched,
    NotRead,
    Place,
    RuleApplied,
)
from quarantine.console.names import name_of, name_of_unread
from quarantine.console.text import mask
from quarantine.console.words import translations
from quarantine.drafts import CheckedDraft, Draft

_MOST_MATCHES = 100
_PASSAGES = frozenset({"learned"})  # about a whole passage: nothing of it is shown
_NOTHING = Bilingual(en="", cy="")
_TEXT, _HEADER = "1", "0"  # parts of the message that a draft becomes


def answer(
    asked: CheckRequest, draft: Draft, checked: CheckedDraft, policy: Policy
) -> CheckResponse:
    """Say what would happen to what was asked about, as the draft that it became, and why."""
    verdict = checked.verdict
    places = Places(draft, checked.texts, asked.subject or "")
    words = [_word(each.disposition.label) for each in verdict.outcomes]
    return CheckResponse(
        disposition=_word(verdict.disposition.label),
        waits=verdict.disposition.waits,
        exempt=checked.exempt,
        recipients=None if asked.audience == "public" else words,
        rules=[_rule(each, verdict, policy, places) for each in checked.rules],
        unread=[_not_read(each) for each in checked.unread],
        policy=verdict.policy,
        classifier=verdict.classifier,
        program=verdict.program,
    )


class Places:
    """Where findings stand in the text and the subject as they were given."""

    def __init__(self, draft: Draft, texts: Sequence[Text], subject: str = "") -> None:
        """Take the draft, its texts as they were read, and the subject as it was given."""
        self._subject = subject
        self._plain = not draft.html and _read_as_given(draft.text, texts)
        self._shown = draft.subject == subject and any(
            (each.part, each.kind) == (_HEADER, "header")
            and each.content.partition("\n")[0] == draft.subject
            for each in texts
        )
        self._pairs = _pairs(draft.text)

    def of(self, finding: Finding) -> tuple[Place, int | None, int | None]:
        """The part, and the first character and the one after the last; None if not known."""
        part = _part(finding.part)
        if part == "text" and self._plain and (finding.part, finding.kind) == (_TEXT, "visible"):
            return part, self._given(finding.start), self._given(finding.end)
        if part == "name" and self._shown and finding.end <= len(self._subject):
            return "subject", finding.start, finding.end
        return part, None, None

    def _given(self, offset: int) -> int:
        """Count back to the text as given, in which a line may end in two characters."""
        return offset + bisect_left(self._pairs, offset)


def _read_as_given(text: str, texts: Sequence[Text]) -> bool:
    """Tell whether the text was read as it was given, but for how its lines end."""
    content = next(
        (each.content for each in texts if (each.part, each.kind) == (_TEXT, "visible")), ""
    )
    return content.rstrip("\n") == _with_plain_ends(text).rstrip("\n")


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _pairs(text: str) -> list[int]:
    """Where, in the text as read, each line end stands that was two characters."""
    lengths = accumulate(len(_with_plain_ends(each)) + 1 for each in text.split("\r\n")[:-1])
    return [each - 1 for each in lengths]


def _part(number: str) -> Place:
    if number == "envelope":
        return "recipients"
    if number.startswith((_HEADER + "/", _TEXT + "/")):
        return "text"
    if _top(number) == _HEADER:
        return "name"
    return "text" if _top(number) == _TEXT else "attachment"


def _top(number: str) -> str:
    """The part of the message itself in which a part lies: "2" of "2.1/3~1"."""
    return number.partition("/")[0].partition("~")[0].partition(".")[0]


def _attachment(number: str) -> int | None:
    top = _top(number)
    return int(top) - 2 if top.isdigit() and int(top) > int(_TEXT) else None


def _rule(rule_id: str, verdict: Verdict, policy: Policy, places: Places) -> RuleApplied:
    applied = [
        match for each in verdict.outcomes for match in each.matches if match.rule == rule_id
    ]
    evidence = sorted({index for match in applied for index in match.evidence})
    strictest = max(match.disposition for match in applied)
    rule, clause = policy.rule(rule_id), policy.clause(applied[0].clause)
    title, text = rule.title if rule else _NOTHING, clause.text if clause else _NOTHING
    found = [verdict.findings[index] for index in evidence]
    return RuleApplied(
        id=rule_id,
        title=_both(title),
        clause=Clause(number=applied[0].clause, text=_both(text)),
        disposition=_word(strictest.label),
        found=len(found),
        matches=[_matched(each, places) for each in found[:_MOST_MATCHES]],
    )


def _matched(finding: Finding, places: Places) -> Matched:
    part, start, end = places.of(finding)
    return Matched(
        what=_said(name_of(finding)),
        detector=finding.detector,
        category=finding.category,
        score=finding.score,
        masked="" if finding.detector in _PASSAGES else mask(finding.excerpt),
        part=part,
        attachment=_attachment(finding.part),
        hidden=finding.kind == "hidden",
        quoted=not finding.own,
        start=start,
        end=end,
        reason=finding.reason or None,
    )


def _not_read(unread: Unread) -> NotRead:
    return NotRead(
        part=_part(unread.part),
        attachment=_attachment(unread.part),
        reason=unread.reason,
        what=_said(name_of_unread(unread.reason)),
    )


def _said(sentence: str) -> BothLanguages:
    """A sentence of the catalogues."""
    return BothLanguages(
        en=translations("en").gettext(sentence), cy=translations("cy").gettext(sentence)
    )


def _both(sentence: Bilingual) -> BothLanguages:
    return BothLanguages(en=sentence.en, cy=sentence.cy)


def _word(label: str) -> DispositionWord:
    return label  # type: ignore[return-value]  # Disposition.label is one of them
