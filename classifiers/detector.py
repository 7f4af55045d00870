"""What a detector is, and the list of them: no discovery, one tuple."""

from collections.abc import Iterable
from typing import Protocol

from classifiers.detectors.attachments import Attachments
from classifiers.detectors.bank_account import BankAccount
from classifiers.detectors.marking import Marking
from classifiers.detectors.national_insurance import NationalInsurance
from classifiers.detectors.nhs_number import NhsNumber
from classifiers.detectors.payment_card import PaymentCard
from classifiers.detectors.phrases import Phrases
from classifiers.detectors.recipients import Recipients
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail
from models.policy import Policy


class Detector(Protocol):
    """Finds one kind of thing. Pure: it decides nothing and does no I/O; it never raises."""

    name: str

    def detect(self, mail: Mail, reading: Reading) -> Iterable[Finding | Rejected]:
        """Yield what was found, and what was looked at and left.

        Offsets are of the text as the sender wrote it.
        """
        ...


def detectors(policy: Policy) -> tuple[Detector, ...]:
    """Make the detectors that a policy asks for, in the order in which findings are listed."""
    return (
        NhsNumber(),
        NationalInsurance(),
        PaymentCard(),
        BankAccount(),
        Marking(),
        Phrases(policy.phrases),
        Recipients(policy),
        Attachments(),
        # the learned classifier takes its place here
    )
