"""What a page shows of an opened message: its texts with the evidence marked, reasons, sayings."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.finding import Finding, Text
from models.statement import Saying, Statement
from quarantine.console.reasons import Reason, clause_of, reasons
from quarantine.console.text import Line, finding_marks, is_cut, numbered_lines
from quarantine.console.visit import Visit
from quarantine.console.words import translations

_READING_ORDER = ("header", "visible", "hidden")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """One text of the message, as the page shows it."""

    part: str
    kind: str
    lines: tuple[Line, ...]
    cut: bool  # there was more than is shown


def shown_texts(
    visit: Visit, texts: Sequence[Text], findings: Sequence[Finding], rules: Sequence[str]
) -> tuple[ShownText, ...]:
    """The texts in reading order, with what counted for a clause marked."""
    words, policy = translations(visit.language), visit.services.policy
    clauses = [(each, clause_of(each, rules, policy)) for each in findings]
    counted = [(each, clause) for each, clause in clauses if clause]
    labels = [words.gettext("policy %(clause)s") % {"clause": clause} for _, clause in counted]
    shown = []
    for text in sorted(texts, key=lambda each: _READING_ORDER.index(each.kind)):
        marks = finding_marks(text, [each for each, _ in counted], labels)
        lines = numbered_lines(text, marks)
        if lines:
            shown.append(ShownText(part=text.part, kind=text.kind, lines=lines, cut=is_cut(text)))
    return tuple(shown)


def has_weights(texts: Sequence[ShownText]) -> bool:
    """Whether any word of them is marked as for or against, so that a legend is needed."""
    return any(piece.sign for text in texts for line in text.lines for piece in line.pieces)


def shown_reasons(
    visit: Visit, rules: Sequence[str], findings: Sequence[Finding]
) -> tuple[Reason, ...]:
    """Why, in the words of the policy and in the visitor's language."""
    words = translations(visit.language)
    return reasons(rules, findings, visit.services.policy, visit.language, words)


def of_kinds(said: Sequence[Statement], *kinds: Saying) -> tuple[Statement, ...]:
    """Those statements that are of some kinds, the oldest first."""
    return tuple(each for each in said if each.kind in kinds)
