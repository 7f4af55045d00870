"""porthor case exhibit, exhibits, hold, bundle: what a case produces, without showing content.

As in cases.py, each act is in a person's name, who must have the right to it, and the account of
this machine is entered beside it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gateway import assembly
from gateway.bundle_sources import sources
from gateway.commands.cases import acting_person, instant, work_in
from gateway.commands.printing import Line, progress_bar, show
from gateway.config import load_settings
from models.errors import SettingInvalid, Unavailable
from models.exhibit import Exhibit, Export, ExportPurpose, ThirdParty
from quarantine.evidence import cases as work_on
from quarantine.evidence import exhibits as producing
from quarantine.evidence import exports as exporting
from quarantine.evidence import legal_holds
from quarantine.evidence.contents import BundleForm
from quarantine.evidence.exhibits import Produced
from quarantine.evidence.exports import Wanted
from quarantine.evidence.legal_holds import Covering

_LARGEST = 65_536  # octets of a certificate's file


def exhibit(arguments: argparse.Namespace) -> int:
    """Add a message as an exhibit."""
    work, _ = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "exhibit")
    case_id, held_id = arguments.case, arguments.held
    label = arguments.label or producing.proposed(work, case_id, held_id, by=by, now=instant())
    given = Produced(
        label=label,
        relevance=arguments.relevance,
        third_parties=tuple(ThirdParty(each) for each in arguments.third_party),
        redact=arguments.redact,
    )
    added = producing.add(work, case_id, held_id, given, by=by, now=instant())
    _print([added], as_object=arguments.json)
    return 0


def exhibits(arguments: argparse.Namespace) -> int:
    """List the exhibits of a case; with --check compare each with its digest: 1 if one differs."""
    work, _ = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "exhibits")
    case = work_on.see(work.database, arguments.case, by, instant())
    found = producing.of_case(work, case.id)
    if arguments.check:
        found = [producing.check(work, case.id, each.id, by=by, now=instant()) for each in found]
    _print(found, as_object=arguments.json)
    if not found and not arguments.json:
        sys.stdout.write("There are no exhibits.\n")
    return 0 if all(each.whole for each in found) else 1


def _print(found: list[Exhibit], *, as_object: bool) -> None:
    for each in found:
        facts = {
            "id": each.id,
            "label": each.label,
            "held": each.held,
            "sha256": each.digest,
            "third_parties": [one.value for one in each.third_parties],
            "redact": each.redact,
            "cuts": each.cuts,
            "checked": each.checked.isoformat() if each.checked else None,
            "whole": each.whole,
        }
        if as_object:
            sys.stdout.write(json.dumps(facts) + "\n")
            continue
        state = "" if each.whole else "; NOT as it was accepted"
        show([Line(f"{each.label}  {each.held}  SHA-256 {each.digest}{state}")])


def hold(arguments: argparse.Namespace) -> int:
    """Place a legal hold, or say what one would keep."""
    settings = load_settings(arguments.config)
    work, _ = work_in(settings)
    by, case_id = acting_person(work, arguments, "hold"), arguments.case
    freezing, covering = assembly.freezes(settings, work.database), Covering(arguments.covers)
    effect = legal_holds.effect(work, freezing, case_id, covering, by=by, now=instant())
    facts: dict[str, Any] = {
        "emails": effect.emails,
        "without_a_day": effect.waiting,
        "first_would_go": effect.first.isoformat() if effect.first else None,
    }
    lines = [Line(f"{effect.emails} emails will not be deleted while this hold is on.")]
    if effect.first:
        lines.append(Line(f"The oldest would have been deleted on {effect.first}."))
    if not arguments.dry_run:
        placed = legal_holds.place(
            work,
            freezing,
            case_id,
            covering,
            reason=arguments.reason,
            review=arguments.review,
            by=by,
            now=instant(),
        )
        facts["id"] = placed.id
        lines.append(Line(f"{placed.id}: placed, review {placed.review}"))
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        show(lines)
    return 0


def bundle(arguments: argparse.Namespace) -> int:
    """Prepare a bundle of a case's exhibits and write it into a folder."""
    settings = load_settings(arguments.config)
    work, _ = work_in(settings)
    by = acting_person(work, arguments, "bundle")
    work_on.see(work.database, arguments.case, by, instant())
    wanted = Wanted(
        purpose=ExportPurpose(arguments.purpose),
        for_whom=arguments.to,
        form=BundleForm(arguments.form),
        exhibits=_ids(producing.of_case(work, arguments.case), arguments.exhibit),
        recipient=exporting.read_recipient(_pem(arguments.recipient)),
        disclosure=arguments.request,
    )
    begun = exporting.begin(work, arguments.case, wanted, by=by, now=instant())
    try:
        with progress_bar() as bar:
            task = bar.add_task("Preparing the bundle", total=None)
            made = exporting.run(
                work,
                sources(settings),
                settings.body,
                begun,
                by=by,
                clock=instant,
                into=arguments.out,
                on_file=lambda _: bar.advance(task),
            )
    except BaseException as error:
        fault = str(error) if isinstance(error, SettingInvalid | Unavailable) else ""
        exporting.give_up(work, begun.export, fault, now=instant())
        raise
    _say_made(made, arguments.out, as_object=arguments.json)
    return 0


def _ids(there: list[Exhibit], labels: list[str]) -> tuple[str, ...]:
    """The ids of exhibits by their labels. Raises SettingInvalid."""
    known = {each.label: each.id for each in there}
    for each in labels:
        if each not in known:
            raise SettingInvalid(f"{each}: no exhibit of the case; expected one of {list(known)}")
    return tuple(known[each] for each in labels)


def _pem(path: Path | None) -> str:
    """Read a recipient's certificate. Raises SettingInvalid."""
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("ascii", "replace")
    except OSError as error:
        raise SettingInvalid(f"{path}: cannot be read: {error.strerror}") from None


def _say_made(made: Export, out: Path, *, as_object: bool) -> None:
    ending = "tar.p7m" if made.encrypted_to else "tar"
    path = out / f"{made.case}-{made.id}.{ending}"
    if as_object:
        facts = {"bundle": str(path), "digest": made.digest, "octets": made.size}
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    show(
        [
            Line(f"{path}: {made.files} files, {made.size} octets"),
            Line(f"digest {made.digest}: give it to the recipient by another way", 2),
            Line(f"check it with: porthor evidence verify {path}", 2),
        ]
    )
