"""The learned classifier as one detector: own words only, findings that point at the original."""

from dataclasses import dataclass

import pytest
from factories import an_envelope

from classifiers.detectors.learned import Learned
from classifiers.learned.classifier import Judged
from classifiers.text.reading import read
from models.finding import Finding, Rejected, Weight
from models.mail import Mail
from models.mime import read_message


@dataclass
class Stub:
    """Finds one word, as sure as it is told; remembers what it was given."""

    word: str
    sure: float = 0.9
    given: tuple[str, ...] = ()

    def judge(self, text, *, explain=False):  # noqa: ARG002
        self.given += (text,)
        start = text.find(self.word)
        return (
            Judged(
                category="abusive",
                probability=self.sure if start >= 0 else 0.0,
                threshold=0.5,
                start=max(start, 0),
                end=max(start, 0) + len(self.word),
                weights=(Weight(start=start, end=start + len(self.word), value=1.5),)
                if start >= 0
                else (),
                kind="derogatory",
            ),
        )


def found(classifier, raw):
    message = read_message(raw)
    mail = Mail(envelope=an_envelope(), message=message)
    return list(Learned(classifier).detect(mail, read(message)))


def mail(body, subject="Hello"):
    return f"From: a@b.example\r\nSubject: {subject}\r\n\r\n{body}".encode()


def test_without_a_classifier_nothing_is_found():
    assert found(None, mail("you idiot")) == []


def test_a_finding_points_at_the_original():
    (only,) = found(Stub("idiot"), mail("Dear all,\r\nyou ïdïot idiot there"))
    assert isinstance(only, Finding)
    assert only.excerpt == "idiot"
    assert (only.part, only.own, only.score) == ("1", True, 0.9)
    assert only.reads_like == "derogatory"
    assert [(each.start, each.end) for each in only.weights] == [(only.start, only.end)]


@pytest.mark.requirement("O2")
def test_quoted_words_are_not_judged():
    stub = Stub("idiot")
    raw = mail(
        "I pass this on.\r\n\r\nOn Friday a resident wrote:\r\n> you idiot\r\n", "Re: complaint"
    )
    assert found(stub, raw) == []
    assert stub.given
    assert all("idiot" not in each for each in stub.given)


def test_the_subject_is_read_first():
    stub = Stub("idiot")
    (only,) = found(stub, mail("three more words", "you idiot"))
    assert stub.given[0].startswith("Subject: you idiot")
    assert (only.start, only.end, only.weights) == (0, 0, ())


def test_what_is_not_sure_enough_is_said_when_explained():
    (only,) = found(Stub("idiot", sure=0.4), mail("you idiot there"))
    assert isinstance(only, Rejected)
    assert only.reason == "not-sure-enough"
    assert only.excerpt == ""


def test_the_same_words_twice_are_judged_once():
    stub = Stub("idiot")
    raw = (
        b"From: a@b.example\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/alternative; boundary=x\r\n"
        b"\r\n--x\r\nContent-Type: text/plain\r\n\r\nyou idiot there\r\n--x\r\n"
        b"Content-Type: text/html\r\n\r\n<p>you idiot there</p>\r\n--x--\r\n"
    )
    assert len(found(stub, raw)) == 1
    assert len(stub.given) == 1
