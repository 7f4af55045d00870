"""porthor learn: propose a classifier from reviewers' answers; adopt one, go back, report."""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.learned import publish
from classifiers.learned.artefact import check_artefact, next_folder, read_artefact
from classifiers.learned.classifier import Classifier
from classifiers.learned.fixed import Kept, kept, worse
from classifiers.learned.paired import paired_samples
from gateway import classifier_in_force as in_force
from gateway.assembly import open_database
from gateway.classifier_in_force import adopted, artefact_in_force
from gateway.commands.train import provenance, samples_for, train_with_bar
from gateway.config import Settings, load_settings
from gateway.learning import Gathered, gather, precision
from models.audit import Action, AuditEntry
from models.db import answers, audit, held, people
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import Conflict, NotFound, NotPermitted
from quarantine import access


def propose(arguments: argparse.Namespace) -> int:
    """Train with the answers, and compare; nothing is put in force."""
    settings = load_settings(arguments.config)
    gathered = _gathered(settings)
    trained = train_with_bar(
        (*samples_for(arguments.data, arguments.seed), *gathered.labels), arguments.seed
    )
    folder = next_folder(_folder(settings))
    now = datetime.now(UTC)
    publish.publish(
        trained,
        folder,
        publish.Provenance(
            on=now.date(),
            seed=arguments.seed,
            budget=0.001,
            data=provenance(arguments.data),
            note=f"Learned from {len(gathered.labels)} reviewers' answers.",
        ),
    )
    before, after = _incumbent(settings), read_artefact(folder).classifier
    facts = {
        "name": folder.name,
        "labels": len(gathered.labels),
        "left": dict(gathered.left),
        **_compared(before, after),
    }
    return _tell(facts, arguments)


def _gathered(settings: Settings) -> Gathered:
    database = open_database(settings)
    keyring = Keyring.load(settings.keys_file)
    actor = f"os:{getpass.getuser()}"
    with database.reading() as session:
        given = answers.everything(session)
        everyone = people.directory(session)
    return gather(
        given,
        everyone,
        lambda held_id: access.open_to_learn(
            database, keyring, held_id, actor=actor, now=datetime.now(UTC)
        ),
    )


def adopt(arguments: argparse.Namespace) -> int:
    """Put a classifier in force; 1 if a fixed set gets worse beyond its interval."""
    settings = load_settings(arguments.config)
    folder = _folder(settings)
    named = folder / arguments.name
    if named.parent != folder or not named.is_dir():
        raise NotFound(f"{named}: is not there; `porthor learn propose` makes one")
    check_artefact(named)
    facts = _compared(_incumbent(settings), read_artefact(named).classifier)
    if facts["worse"]:
        raise NotPermitted(
            f"{arguments.name} was not adopted: it is worse than the one in force on the fixed set,"
            f" beyond the interval: {'; '.join(facts['worse'])}"
        )
    before = _settled(settings)
    _put_in_force(settings, before, [*before, arguments.name], arguments.by)
    return _tell({"in_force": arguments.name, **facts}, arguments)


def back(arguments: argparse.Namespace) -> int:
    """Put the classifier before this one in force."""
    settings = load_settings(arguments.config)
    names = _settled(settings)
    if not names:
        raise NotFound("the shipped classifier is in force; there is none before it")
    _put_in_force(settings, names, names[:-1], arguments.by)
    return _tell({"in_force": in_force.in_chain(names[:-1])}, arguments)


def _settled(settings: Settings) -> list[str]:
    """Return which were adopted; what a crash left half done is finished or forgotten first.

    Under the chain's lock, so that no other adoption is under way.
    """
    folder = _folder(settings)
    with open_database(settings).writing() as session:
        audit.lock(session)
        left = in_force.prepared(folder)
        if left is not None:
            entered = audit.latest(session, Action.ADOPT_CLASSIFIER)
            if entered is not None and entered.subject == left:
                in_force.finish(folder)
            else:
                in_force.forget(folder)
    return adopted(folder)


def _put_in_force(settings: Settings, before: Sequence[str], names: Sequence[str], by: str) -> None:
    """Enter it, then put it in force. Raises Conflict if another was put in force meanwhile."""
    folder = _folder(settings)
    with open_database(settings).writing() as session:
        audit.lock(session)
        if in_force.prepared(folder) is not None or adopted(folder) != list(before):
            raise Conflict("another classifier was put in force meanwhile; try again")
        person = people.get(session, by)
        entry = AuditEntry(
            at=datetime.now(UTC),
            actor=person.id,
            action=Action.ADOPT_CLASSIFIER,
            subject=in_force.in_chain(names),
            detail=f"by os:{getpass.getuser()}",
        )
        audit.append(session, entry)
        in_force.prepare(folder, names)
    in_force.finish(folder)


def report(arguments: argparse.Namespace) -> int:
    """Say how precise each category was."""
    settings = load_settings(arguments.config)
    for each in _precision(open_database(settings)):
        if arguments.json:
            sys.stdout.write(json.dumps(each) + "\n")
        else:
            low, high = each["interval"]
            sys.stdout.write(
                f"{each['month']}  {each['category']:<13} {each['right']:>4} of"
                f" {each['answers']:>4} right ({low:.0%} to {high:.0%})\n"
            )
    return 0


def _precision(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        given = answers.everything(session)
        messages = {each.id: each for each in held.find(session)}
    return [
        {
            "month": each.month,
            "category": each.category,
            "answers": each.answers,
            "right": each.right,
            "interval": each.interval,
        }
        for each in precision(given, messages)
    ]


def _folder(settings: Settings) -> Path:
    return settings.path.parent / settings.classifier.folder


def _incumbent(settings: Settings) -> Classifier | None:
    artefact = artefact_in_force(settings.path.parent, settings.classifier)
    return read_artefact(artefact).classifier if artefact else None


def _compared(before: Classifier | None, after: Classifier) -> dict[str, Any]:
    """The figures of both on the fixed set, and where the second is worse."""
    samples = list(paired_samples())
    new = kept(samples, *_scored(after, [each.text for each in samples]))
    if before is None:
        return {"after": [_plain(each) for each in new], "before": [], "worse": []}
    old = kept(samples, *_scored(before, [each.text for each in samples]))
    return {
        "before": [_plain(each) for each in old],
        "after": [_plain(each) for each in new],
        "worse": worse(old, new),
    }


def _scored(classifier: Classifier, texts: Sequence[str]) -> tuple[Any, Any]:
    judged = [classifier.judge(each) for each in texts]
    return (
        np.array([[one.found for one in each] for each in judged]),
        np.array([[one.probability for one in each] for each in judged]),
    )


def _plain(each: Kept) -> dict[str, Any]:
    return {
        "category": each.category,
        "language": each.language,
        "found": each.found,
        "bad": each.bad,
        "false_alarms": each.false_alarms,
        "clean": each.clean,
        "auc": round(each.auc, 4),
    }


def _tell(facts: dict[str, Any], arguments: argparse.Namespace) -> int:
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    for name, value in facts.items():
        if isinstance(value, list):
            sys.stdout.write(f"{name}:\n")
            for each in value:
                sys.stdout.write(f"  {_line(each)}\n")
        else:
            sys.stdout.write(f"{name}: {value}\n")
    return 0


def _line(each: Any) -> str:
    if isinstance(each, str):
        return each
    return (
        f"{each['category']} {each['language']}: {each['found']} of {each['bad']} bad found,"
        f" {each['false_alarms']} of {each['clean']} clean found, AUC {each['auc']:.3f}"
    )
