"""Inspect one mail with every detector. Pure: the same mail gives the same findings."""

from collections.abc import Sequence

from classifiers.detector import Detector
from classifiers.settings import LIMITS, ReadingSettings
from classifiers.text.extracting import Recogniser
from classifiers.text.reading import read
from models.finding import Finding, Inspection, Rejected
from models.mail import Mail


def inspect(
    mail: Mail,
    detectors: Sequence[Detector],
    limits: ReadingSettings = LIMITS,
    *,
    recogniser: Recogniser | None = None,
    without: str = "",
    explain: bool = False,
) -> Inspection:
    """Return the findings, and the texts they point into; no texts when nothing was found.

    `recogniser` reads pictures, if there is one. With a reason for going `without`, nothing
    attached is opened, and that is the reason given.

    To `explain` is to keep the texts whatever was found, and the candidates that were left.
    """
    reading = read(mail.message, limits, recogniser=recogniser, without=without)
    findings: list[Finding] = []
    rejected: list[Rejected] = []
    for detector in detectors:
        for each in detector.detect(mail, reading):
            if isinstance(each, Finding):
                findings.append(each)
            elif explain:
                rejected.append(each)
    return Inspection(
        texts=tuple(text for text, _ in reading.texts) if findings or explain else (),
        findings=tuple(findings),
        rejected=tuple(rejected),
        unread=reading.unread,
    )
