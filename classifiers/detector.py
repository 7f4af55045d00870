"""What a detector is, and the list of them: no discovery, one tuple."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from classifiers.detectors.attachments import Attachments
from classifiers.detectors.bank_account import BankAccount
from classifiers.detectors.bulk import BulkPersonalData
from classifiers.detectors.commercial import Commercial
from classifiers.detectors.credentials import Credentials
from classifiers.detectors.date_of_birth import DateOfBirth
from classifiers.detectors.dbs_certificate import DbsCertificate
from classifiers.detectors.driving_licence import DrivingLicence
from classifiers.detectors.email_list import EmailList
from classifiers.detectors.fingerprints import NearCopies
from classifiers.detectors.home_address import HomeAddress
from classifiers.detectors.iban import Iban
from classifiers.detectors.known_images import KnownImages
from classifiers.detectors.learned import Learned
from classifiers.detectors.learner_number import LearnerNumber
from classifiers.detectors.marking import Marking
from classifiers.detectors.national_insurance import NationalInsurance
from classifiers.detectors.nhs_number import NhsNumber
from classifiers.detectors.own_records import OwnRecords
from classifiers.detectors.passport import Passport
from classifiers.detectors.payment_card import PaymentCard
from classifiers.detectors.personal_mark import PersonalMark
from classifiers.detectors.phrases import Phrases
from classifiers.detectors.pupil_number import PupilNumber
from classifiers.detectors.recipients import Recipients
from classifiers.detectors.references import References
from classifiers.detectors.taxpayer_reference import TaxpayerReference
from classifiers.detectors.telephone import Telephone
from classifiers.detectors.vehicle import Vehicle
from classifiers.registers import NOTHING_REGISTERED, Registers
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail
from models.policy import Policy

if TYPE_CHECKING:  # see classifiers/detectors/learned.py
    from classifiers.learned.classifier import Classifier


class Detector(Protocol):
    """Finds one kind of thing. Pure: it decides nothing and does no I/O; it never raises."""

    name: str

    def detect(self, mail: Mail, reading: Reading) -> Iterable[Finding | Rejected]:
        """Yield what was found, and what was looked at and left.

        Offsets are of the text as the sender wrote it.
        """
        ...


def detectors(
    policy: Policy,
    registers: Registers = NOTHING_REGISTERED,
    classifier: "Classifier | None" = None,
) -> tuple[Detector, ...]:
    """Make the detectors that a policy asks for, in the order in which findings are listed.

    Without a classifier, the learned detector finds nothing.
    """
    return (
        NhsNumber(),
        NationalInsurance(),
        PaymentCard(),
        BankAccount(),
        Iban(),
        TaxpayerReference(),
        PupilNumber(),
        LearnerNumber(),
        Passport(),
        DrivingLicence(),
        Vehicle(),
        DbsCertificate(),
        References(policy.references),
        DateOfBirth(),
        HomeAddress(),
        Telephone(),
        EmailList(policy),
        BulkPersonalData(),
        Credentials(),
        OwnRecords(registers.key, registers.records),
        NearCopies(registers.key, registers.fingerprints),
        Marking(),
        PersonalMark(),
        Phrases(policy.phrases),
        Commercial(),
        Recipients(policy, registers),
        Attachments(),
        KnownImages(registers.images),
        Learned(classifier),
    )
