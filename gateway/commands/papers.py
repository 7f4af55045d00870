"""porthor subject-access; porthor incident; porthor papers build, status, issue, check."""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.assembly import open_database, policy_in_force, post
from gateway.commands.printing import Line, progress_bar, show
from gateway.config import Settings, load_settings
from gateway.paper_sources import papers_given
from models.db import people, subject
from models.db.database import Database
from models.db.keyring import Keyring
from models.errors import SettingInvalid
from models.person import Person
from quarantine import incident
from quarantine.console.incident_words import Writer
from quarantine.console.names import name_in
from quarantine.papers import papers, six_questions
from quarantine.papers.issuing import Issue, Standing, standings
from quarantine.papers.issuing import issue as issue_paper
from quarantine.papers.live import Live, gather
from quarantine.papers.words import LANGUAGES
from quarantine.subject_access.gathering import Gathering, gathering
from quarantine.subject_access.subject import choices
from quarantine.subject_access.writing import OFFICER, write_folder


def subject_access(arguments: argparse.Namespace) -> int:
    """Gather what is kept about one person into a folder."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    given = choices(arguments.request, tuple(arguments.show), _decided(arguments.decide))
    found = gathering(
        database,
        Keyring.load(settings.keys_file),
        policy_in_force(settings, database),
        arguments.who,
        given,
        by=_person(database, arguments.by),
        now=datetime.now(UTC),
        name=name_in,
        language=arguments.language or "",
    )
    found.account, found.post = _account(), post(settings)
    with progress_bar() as bar, database.reading() as session:
        walking = bar.add_task("Walking held messages", total=subject.count_held(session))
        opening = bar.add_task("Opening those about the person", total=None)
        found.on_walk = lambda more: bar.update(walking, advance=more)
        found.on_open = lambda more: bar.update(opening, total=found.matched, advance=more)
        write_folder(found, arguments.out)
    if arguments.json:
        _print(_counts(found))
    else:
        show(_gathered(found, arguments))
    return 1 if found.undecided else 0


def incident_sheet(arguments: argparse.Namespace) -> int:
    """Print the facts of an incident."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    policy, by = policy_in_force(settings, database), _person(database, arguments.by)
    sheet = incident.make(
        database,
        policy,
        arguments.reference,
        by=by,
        now=datetime.now(UTC),
        aware=_local(arguments.aware, settings.review.zone),
        account=_account(),
    )
    if arguments.json:
        _print(incident.as_json(sheet, policy))
        return 0
    with database.reading() as session:
        everyone = people.directory(session)
    sections = Writer(sheet, policy, everyone, arguments.language or by.language).sections()
    for section in sections:
        show([Line(section.title, style="bold")])
        show(Line(f"{label}: {'; '.join(values)}", 2) for label, values in section.rows)
    return 0


def _local(given: datetime | None, zone: str) -> datetime | None:
    """A time without a zone is the body's own."""
    return given.replace(tzinfo=ZoneInfo(zone)) if given and given.tzinfo is None else given


def _account() -> str:
    return f"os:{getpass.getuser()}"


def _decided(given: list[str]) -> dict[str, str]:
    """Read "HR-26-014=crime". Raises SettingInvalid."""
    pairs = [each.rpartition("=") for each in given]
    for matter, equals, _ in pairs:
        if not (matter and equals):
            raise SettingInvalid("--decide: expected MATTER=CHOICE, such as HR-26-014=crime")
    return {matter: choice for matter, _, choice in pairs}


def _person(database: Database, given: str | None) -> Person:
    """The person named, or whose sign-in name is this account's. Raises SettingInvalid."""
    name = given or getpass.getuser()
    with database.reading() as session:
        person = people.find(session, name)
    if person is None:
        raise SettingInvalid(f'"{name}" is nobody in the directory; name someone with --by')
    return person


def _counts(found: Gathering) -> dict[str, Any]:
    return {
        "walked": found.walked,
        "matched": found.matched,
        "opened": found.opened,
        "masked": found.mask.masked.total(),
        "matters": [
            {"matter": each.id, "kind": each.kind, "decided": each.decided}
            for each in found.matters.values()
        ],
    }


def _gathered(found: Gathering, arguments: argparse.Namespace) -> list[Line]:
    lines = [
        Line(
            f"{arguments.out}: {found.matched} of {found.walked} held messages concern the person"
        ),
        Line(f"{found.opened} were opened; {found.mask.masked.total()} places masked", 2),
    ]
    if found.matters:
        lines.append(Line(f"{len(found.matters)} matters, {found.undecided} still to decide", 2))
    lines.append(Line(f"Read {arguments.out / OFFICER} before anything is given.", 2))
    return lines


def _live(settings: Settings, database: Database, now: datetime) -> Live:
    policy, given = policy_in_force(settings, database), papers_given(settings)
    with database.reading() as session:
        return gather(session, settings.body, policy, given, now)


def build(arguments: argparse.Namespace) -> int:
    """Write every paper."""
    settings = load_settings(arguments.config)
    live = _live(settings, open_database(settings), datetime.now(UTC))
    wanted = LANGUAGES if arguments.language == "both" else (arguments.language,)
    made: list[dict[str, Any]] = []
    try:
        arguments.dir.mkdir(parents=True, exist_ok=True)
        for name in papers.DRAFTS:
            for language in wanted:
                paper = papers.draft(name, live, language)
                for kind in papers.FORMATS:
                    path = arguments.dir / f"{paper.file}.{kind}"
                    path.write_text(papers.write(paper, live, kind), encoding="utf-8")
                facts = {"paper": paper.file, "missing": paper.missing, "to_add": paper.to_add}
                made.append(facts)
    except OSError as error:
        raise SettingInvalid(f"{arguments.dir}: cannot be written: {error.strerror}") from None
    if arguments.json:
        _print(made)
    else:
        show(line for each in made for line in _made(each))
    return 1 if any(each["missing"] for each in made) else 0


def _made(each: dict[str, Any]) -> list[Line]:
    return [
        Line(each["paper"]),
        *(Line(f"missing: {what}", 2) for what in each["missing"]),
        *(Line(f"for you to add: {what}", 2) for what in each["to_add"]),
    ]


def status(arguments: argparse.Namespace) -> int:
    """Say of every paper whether what was issued is what is in force."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    now = datetime.now(UTC)
    live = _live(settings, database, now)
    with database.reading() as session:
        found = standings(session, live, now)
    if arguments.json:
        _print([_standing(each) for each in found])
    else:
        show(Line(f"{each.name:<16} {each.standing.value:<8} {_since(each)}") for each in found)
    return 0 if all(each.standing is Standing.CURRENT for each in found) else 1


def _standing(each: Issue) -> dict[str, Any]:
    issued = each.issued.isoformat() if each.issued else None
    return {"paper": each.name, "standing": each.standing.value, "issued": issued, "by": each.by}


def _since(each: Issue) -> str:
    return f"issued {each.issued:%Y-%m-%d} by {each.by}" if each.issued else ""


def issue(arguments: argparse.Namespace) -> int:
    """Enter that a paper was given out."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    now, by = datetime.now(UTC), _person(database, arguments.by)
    live = _live(settings, database, now)
    with database.writing() as session:
        issue_paper(session, arguments.name, live, by=by, now=now, account=_account())
    show([Line(f"{arguments.name}: issued")])
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Answer the six questions."""
    settings = load_settings(arguments.config)
    database = open_database(settings)
    now = datetime.now(UTC)
    live = _live(settings, database, now)
    with database.reading() as session:
        found = six_questions.answer(session, live, now)
    if arguments.json:
        _print([six_questions.as_json(each) for each in found])
    else:
        show(line for each in found for line in _answered(each))
    return 0 if all(each.met for each in found) else 1


def _answered(each: six_questions.Answered) -> list[Line]:
    verdict = "met" if each.met else "NOT MET"
    lines = [Line(f"{six_questions.question(each.key, 'en')}: {verdict}")]
    lines += [Line(six_questions.in_words(fact, "en"), 2) for fact in each.facts]
    return lines


def _print(facts: object) -> None:
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
