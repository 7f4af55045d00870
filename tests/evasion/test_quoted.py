"""What others said is not the sender's: replies and forwards of threats and abuse pass."""

from datetime import date

import pytest
from building import single
from factories import POLICY, an_envelope

from classifiers import learned
from classifiers.detector import detectors
from classifiers.inspection import inspect
from gateway.decide import decide
from models.mail import Mail
from models.mime import read_message

DETECTORS = detectors(POLICY, classifier=learned.load())
SAID = (
    *("you stupid idiot, I will make you sorry", "you fucking useless bitch"),
    *("he touched me and said I will kill you if you tell", "I hate you, you fat ugly cow"),
    *("all you people are scum and should be thrown out", "cau dy geg y twpsyn"),
    *("rwyt ti'n dwp, y diawl gwirion", "mi ladda i di os wyt ti'n deud", "hen ast hyll wyt ti"),
    "dos i'r diawl, y mochyn",
)
SHAPES = {
    "a reply": "Please advise.\r\n\r\nOn Friday a resident wrote:\r\n> {}\r\n> Reply to me.\r\n",
    "a reply in Welsh": "Gweler isod.\r\n\r\nDdydd Gwener, a ysgrifennodd preswylydd:\r\n> {}\r\n",
    "a forward by Outlook": "FYI\r\n\r\n-----Original Message-----\r\nFrom: a@b.example\r\n"
    "Sent: 3 March 2026 10:00\r\nTo: c@d.example\r\nSubject: complaint\r\n\r\n{}\r\n",
    "a forward without a line": "For the record.\r\n\r\nFrom: A <a@b.example>\r\n"
    "Sent: Tuesday, 3 March 2026 10:00\r\nTo: Housing\r\nSubject: complaint\r\n\r\n{}\r\n",
    "a forward in Welsh": "Gweler isod.\r\n\r\nOddi wrth: A <a@b.example>\r\n"
    "Anfonwyd: 3 Mawrth 2026 10:00\r\nAt: Tai\r\nPwnc: cwyn\r\n\r\n{}\r\n",
}


def outcome(text, subject=b"Re: complaint"):
    raw = single(text, encoding="8bit").replace(b"Subject: Room", b"Subject: " + subject)
    envelope = an_envelope()
    found = inspect(Mail(envelope=envelope, message=read_message(raw)), DETECTORS)
    return decide(envelope, found.findings, POLICY, on=date(2026, 11, 24)).disposition


@pytest.mark.requirement("O2")
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_what_others_said_does_not_hold_a_reply_or_a_forward(shape):
    assert [each for each in SAID if outcome(shape.format(each)).waits] == []


def test_the_same_words_of_ones_own_do_wait():
    own = [each for each in SAID if outcome(f"Dear all,\r\n\r\n{each}\r\n").waits]
    assert len(own) >= len(SAID) / 2
