"""What bundles of evidence need that only the gateway knows: policies, classifiers, settings."""

from functools import partial

from cryptography.x509 import Certificate

from classifiers.learned.artefact import SHIPPED
from gateway.config import Settings, in_force
from gateway.policy_file import parse_policy
from models.errors import SettingInvalid
from models.policy import Policy
from quarantine.evidence.bundle import Sealing
from quarantine.evidence.gathering import Sources
from quarantine.evidence.reliability import gather
from quarantine.evidence.signing import load_certificates, load_signer
from quarantine.signed_lines import Signer


def sources(settings: Settings) -> Sources:
    """Return them; nothing is read before a bundle is made."""
    base, evidence = settings.path.parent, settings.evidence
    own = base / settings.classifier.folder
    folders = [*SHIPPED.glob("[0-9]*"), *(own.iterdir() if own.is_dir() else ())]
    return Sources(
        read_policy=_read_policy,
        classifiers=tuple(sorted(each for each in folders if each.is_dir())),
        reliability=partial(
            gather,
            settings=in_force(settings),
            clock=evidence.clock_source,
            known_faults=base / evidence.known_faults if evidence.known_faults else None,
            test_results=base / evidence.test_results if evidence.test_results else None,
        ),
        sealing=partial(_sealing, settings),
    )


def check_files(settings: Settings) -> None:
    """Read every file that [evidence] names. Raises SettingInvalid at the first that will not do.

    Any key that signs anchors will do here; what a bundle asks of it is said when one is made.
    """
    base, evidence = settings.path.parent, settings.evidence
    if evidence.certificate:
        Signer.load(base / evidence.certificate, base / evidence.key)
    if evidence.timestamp_certificate:
        load_certificates(base / evidence.timestamp_certificate, "evidence.timestamp_certificate")
    sources(settings).reliability()


def _read_policy(text: str) -> Policy:
    return parse_policy(text.encode(), "a policy that was in force")


def _sealing(settings: Settings) -> Sealing:
    """Read the key and certificates. Raises SettingInvalid."""
    base, evidence = settings.path.parent, settings.evidence
    if not evidence.certificate:
        raise SettingInvalid(
            "evidence.certificate is empty; expected a PEM certificate, with evidence.key beside"
            " it, for a bundle is always signed; `porthor evidence certificate` makes both"
        )
    authority: tuple[Certificate, ...] = ()
    if evidence.timestamp_certificate:
        what = "evidence.timestamp_certificate"
        authority = tuple(load_certificates(base / evidence.timestamp_certificate, what))
    return Sealing(
        signer=load_signer(base / evidence.certificate, base / evidence.key),
        timestamp_url=evidence.timestamp_url,
        authority=authority,
    )
