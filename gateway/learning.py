"""Reviewers' answers -> labels, guarded against those who would teach it to look away.

An answer counts only if its giver is neither sender nor recipient. Near-duplicates count once;
where answers contradict each other, none counts. No reviewer and no sender may count for more than
a twentieth of all, or for one label.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from classifiers.detectors.learned import Learned
from classifiers.learned.evaluation import wilson
from classifiers.learned.sample import CATEGORIES, Sample
from classifiers.text.folding import fold
from classifiers.text.language import language_of
from models.address import parse_address
from models.db.answers import Answer
from models.errors import NotFound
from models.finding import Text
from models.held import HeldMessage
from models.person import Person

_SHARE = 0.05  # of all labels, that one reviewer or sender may count for
ANSWERS = "answers"

Open = Callable[[str], tuple[HeldMessage, tuple[Text, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How often a category was right in one month, by reviewers' answers."""

    month: str  # "2026-11"
    category: str
    answers: int
    right: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share that was right."""
        return wilson(self.right, self.answers)


@dataclass(slots=True)
class Gathered:
    """What came of the answers."""

    labels: list[Sample] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # why, and how many


def gather(answers: Iterable[Answer], people: Mapping[str, Person], open_: Open) -> Gathered:
    """Turn answers into labels of the categories for which the classifier held the message."""
    gathered = Gathered()
    votes: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for answer in answers:
        try:
            message, texts = open_(answer.held)
        except NotFound:
            gathered.left["erased"] += 1
            continue
        if _concerned(people.get(answer.by), message):
            gathered.left["own mail"] += 1
            continue
        sample = _label(answer, message, texts)
        if sample is None:
            gathered.left["not held by the classifier"] += 1
            continue
        votes[tuple(fold(sample.text).text.lower().split())].append(sample)
    for alike in votes.values():
        if len({each.labels for each in alike}) > 1:
            gathered.left["contradicted"] += len(alike)
            continue
        gathered.left["the same again"] += len(alike) - 1
        gathered.labels.append(alike[0])
    gathered.labels = capped(gathered.labels)
    return gathered


def _concerned(person: Person | None, message: HeldMessage) -> bool:
    """Whether it is mail by or to the person who answered; someone unknown never counts."""
    if person is None:
        return True
    mailboxes = {parse_address(each).key for each in person.addresses}
    parties = [message.sender, *(each.address for each in message.recipients)]
    return any(parse_address(each).key in mailboxes for each in parties)


def _label(answer: Answer, message: HeldMessage, texts: Sequence[Text]) -> Sample | None:
    found = [each for each in message.findings if each.detector == Learned.name]
    parts = {each.part for each in found}
    own = [
        text.content[start:end]
        for text in texts
        if text.kind == "visible" and text.part in parts
        for start, end in text.own
    ]
    if not own:
        return None
    categories = {each.category for each in found}
    content = "\n".join(own)
    return Sample(
        text=content,
        language=language_of(fold(content).text.lower().split()) or "en",
        labels=tuple(
            float(answer.should_hold) if each in categories else None for each in CATEGORIES
        ),
        source=ANSWERS,
        group=parse_address(message.sender).key,
        writer=answer.by,
        kind="mail",
    )


def capped(labels: Sequence[Sample]) -> list[Sample]:
    """Weigh labels so that no reviewer and no sender counts for more than their share."""
    most = max(1.0, _SHARE * len(labels))
    for of in ("writer", "group"):
        totals: dict[str, float] = defaultdict(float)
        for each in labels:
            totals[getattr(each, of)] += each.weight
        labels = [
            replace(each, weight=each.weight * min(1.0, most / totals[getattr(each, of)]))
            for each in labels
        ]
    return list(labels)


def precision(answers: Iterable[Answer], messages: dict[str, HeldMessage]) -> list[Precision]:
    """How often each category was right, month by month: falling shares are drift."""
    counts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for answer in answers:
        message = messages.get(answer.held)
        for category in sorted(
            {each.category for each in message.findings if each.detector == Learned.name}
            if message
            else ()
        ):
            counts[f"{answer.at:%Y-%m}", category].append(answer.should_hold)
    return [
        Precision(month=month, category=category, answers=len(given), right=sum(given))
        for (month, category), given in sorted(counts.items())
    ]
