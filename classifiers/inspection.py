"""Inspect one mail with every detector. Pure: the same mail gives the same findings."""

from collections.abc import Sequence

from classifiers.detector import Detector
from classifiers.text.folding import fold
from classifiers.text.reading import texts_of
from models.finding import Inspection
from models.mail import Mail


def inspect(mail: Mail, detectors: Sequence[Detector]) -> Inspection:
    """Return the findings, and the texts they point into; no texts when nothing was found."""
    texts = texts_of(mail.message)
    folded = tuple((text, fold(text.content)) for text in texts)
    findings = tuple(finding for detector in detectors for finding in detector.detect(mail, folded))
    return Inspection(texts=texts if findings else (), findings=findings)
