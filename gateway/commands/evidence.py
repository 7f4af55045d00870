"""porthor evidence: verify, replay, certificate. No database is needed, nor settings."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from classifiers.learned.artefact import SHIPPED
from gateway.commands.in_force import settings_in_force
from gateway.commands.printing import Line, show
from gateway.explain import printable
from gateway.replay import Replayed
from gateway.replay import replay as replay_bundle
from models.errors import SettingInvalid
from quarantine.evidence import verifier
from quarantine.evidence.bundle import unpack
from quarantine.evidence.signing import make_certificate

CERTIFICATE, KEY = "evidence-certificate.pem", "evidence-key.pem"


@contextmanager
def _unpacked(bundle: Path) -> Iterator[Path]:
    """The bundle's folder, for as long as it is used. Raises SettingInvalid."""
    if bundle.is_dir():
        yield bundle
        return
    if not bundle.is_file():
        raise SettingInvalid(f"{bundle}: is not there; expected a bundle's folder or its .tar")
    with TemporaryDirectory(prefix="porthor-") as scratch:
        yield unpack(bundle, Path(scratch))


def verify(arguments: argparse.Namespace) -> int:
    """Check a bundle with the same program that travels in it; 0 only if all of it was checked."""
    for each in (arguments.trust, arguments.authority):
        if each is not None and not each.is_file():
            raise SettingInvalid(f"{each}: is not there; expected a PEM certificate")
    with _unpacked(arguments.bundle) as folder:
        report = verifier.check(folder, arguments.trust, arguments.authority, arguments.anchor)
    if arguments.json:
        sys.stdout.write(verifier.as_json(report) + "\n")
    else:
        show(Line(printable(each)) for each in verifier.lines(report))
    return 1 if report.problems else 0


def replay(arguments: argparse.Namespace) -> int:
    """Repeat a bundle's decisions; 0 if every one is the same."""
    for each in arguments.classifier:
        if not each.is_dir():
            raise SettingInvalid(f"{each}: is not there; expected a trained classifier's folder")
    with _unpacked(arguments.bundle) as folder:
        report = verifier.check(folder)
        if report.wrong:
            show(Line(printable(each)) for each in verifier.lines(report))
            return 1
        results = replay_bundle(folder, [*arguments.classifier, *SHIPPED.glob("[0-9]*")])
    if arguments.json:
        sys.stdout.write(json.dumps([_as_json(each) for each in results], ensure_ascii=False))
        sys.stdout.write("\n")
    else:
        show(line for each in results for line in _lines(each))
    return 0 if all(each.same for each in results) else 1


def _as_json(each: Replayed) -> dict[str, object]:
    return {
        "label": each.label,
        "same": each.same,
        "repeated": each.repeated,
        "differences": each.differences,
        "notes": each.notes,
    }


def _lines(each: Replayed) -> Iterator[Line]:
    label = printable(each.label)
    if not each.repeated:
        yield Line(f"{label}: NOT REPEATED", style="bold yellow")
    elif each.same:
        yield Line(f"{label}: the same verdict", style="bold green")
    else:
        yield Line(f"{label}: IT DIFFERS", style="bold red")
    for difference in each.differences:
        yield Line(printable(difference), 4, "red")
    for note in each.notes:
        yield Line(f"note: {printable(note)}", 4, "dim")


def certificate(arguments: argparse.Namespace) -> int:
    """Make a key and its certificate, and say what it does not prove."""
    names = arguments.name
    if not names:
        settings = settings_in_force(arguments)
        if settings is None:
            raise SettingInvalid("--name is missing and there is no porthor.toml; say whose it is")
        names = [settings.body.name_cy, settings.body.name_en]
    public, private = arguments.out / CERTIFICATE, arguments.out / KEY
    print_of = make_certificate(names, public, private, now=datetime.now(UTC))
    show(
        [
            Line(f"{public} and {private} were made, good for three years."),
            Line(f'In porthor.toml, under [evidence]: certificate = "{public}", key = "{private}"'),
            Line(f"SHA-256 fingerprint: {print_of}"),
            Line(
                "WARNING: this certificate vouches for itself. It shows that bundles were signed"
                " with one key, not whose key that is. Publish the fingerprint, or give it to each"
                " recipient by telephone; where much hangs on it, have the certificate issued by an"
                " authority that the recipient trusts already.",
                style="bold yellow",
            ),
        ]
    )
    return 0
