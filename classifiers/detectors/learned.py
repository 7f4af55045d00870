"""The trained classifier's findings: one for each category that it is sure enough of.

It reads the sender's own words, the subject first; each attachment by itself. How sure it must be
is the artefact's threshold for a text of that length, chosen for a budget of clean mail.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from classifiers.text.reading import Reading
from models.finding import Finding, Rejected, Text, Weight
from models.mail import Mail

if TYPE_CHECKING:  # without a classifier, nobody should wait for NumPy
    from classifiers.learned.classifier import Classifier, Judged

_MOST_TEXTS = 20  # of one message
_LEAST = 3  # words of a text worth judging
_NEARLY = 0.5  # of its threshold: worth saying when a message is explained


class Learned:
    """The classifier as one detector among others; without one it finds nothing."""

    name = "learned"

    def __init__(self, classifier: "Classifier | None") -> None:
        self._classifier = classifier

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield what is found in each text, once, though it be read in several ways."""
        if self._classifier is None:
            return
        for own in own_texts(mail, reading):
            for judged in self._classifier.judge(own.content):
                if judged.probability >= judged.threshold:
                    yield own.finding(judged)
                elif judged.probability >= judged.threshold * _NEARLY:
                    yield own.rejected()


def own_texts(mail: Mail, reading: Reading) -> "Iterator[OwnText]":
    """The texts that are judged: the sender's own words of each, no two alike."""
    subject = mail.message.value("Subject")
    known: set[tuple[str, ...]] = set()
    for text in _visible(reading):
        own = OwnText(text, f"Subject: {subject}\n\n" if subject and _is_body(text) else "")
        words = tuple(own.content.split())
        if len(words) >= _LEAST and words not in known:
            known.add(words)
            yield own


def _visible(reading: Reading) -> list[Text]:
    return [text for text, _ in reading.texts if text.kind == "visible" and text.own][:_MOST_TEXTS]


def _is_body(text: Text) -> bool:
    """Whether a text is of the mail itself and not inside an attachment."""
    return "/" not in text.part


class OwnText:
    """The sender's own words of one text, joined, and the way back to where they stand."""

    def __init__(self, text: Text, subject: str) -> None:
        self._text = text
        self._pieces = [text.content[start:end] for start, end in text.own]
        self._begin = len(subject)
        self._ends = list(accumulate((len(each) + 1 for each in self._pieces), initial=self._begin))
        self.content = subject + "\n".join(self._pieces)

    def finding(self, judged: "Judged") -> Finding:
        """What was judged of it, as a finding in the text it is from."""
        start, end = self._span(judged.start, judged.end)
        placed = ((self._span(each.start, each.end), each.value) for each in judged.weights)
        return Finding(
            detector=Learned.name,
            category=judged.category,
            score=round(judged.probability, 4),
            part=self._text.part,
            kind=self._text.kind,
            start=start,
            end=end,
            weights=tuple(
                Weight(start=first, end=last, value=value)
                for (first, last), value in placed
                if last > first
            ),
            reads_like=judged.kind,
            excerpt=self._text.content[start:end],
        )

    def rejected(self) -> Rejected:
        """That it nearly was a finding."""
        return Rejected(
            detector=Learned.name,
            reason="not-sure-enough",
            part=self._text.part,
            kind=self._text.kind,
            start=0,
            end=0,
            excerpt="",
        )

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the joined words as one of the text; (0, 0) where it is of the subject."""
        if end <= self._begin:
            return 0, 0
        return self._place(max(start, self._begin)), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        piece = max(n for n, begin in enumerate(self._ends[:-1]) if begin <= at)
        first, last = self._text.own[piece]
        return min(first + at - self._ends[piece], last)
