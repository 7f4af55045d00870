"""porthor case list, show, open, approve, search, close. Content is shown in the console alone.

Who is at the command line proves nothing of who they are; so each act asks for the person in
whose name it is done, checks that person's rights, and an entry beside it names the account of
this machine. It is the audit chain that makes acting in another's name visible.
"""

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from gateway.assembly import open_database, policy_in_force, post
from gateway.commands.printing import Line, progress_bar
from gateway.commands.printing import show as show_lines
from gateway.config import Settings, load_settings
from gateway.explain import printable
from models.audit import Action, AuditEntry
from models.case import ID, Case, Outcome, Reach, Task, Telling
from models.db import audit, case_searches, people
from models.db import cases as case_rows
from models.db.case_searches import Search, SearchState, Terms
from models.db.keyring import Keyring
from models.errors import NotFound
from models.person import Person
from models.policy import Policy
from quarantine.evidence import answering
from quarantine.evidence import cases as work_on
from quarantine.evidence import search as searching
from quarantine.evidence.cases import Cases, cases_of
from quarantine.evidence.rights import Refusal, has_role, is_authoriser, is_worker
from quarantine.evidence.turned_away import enter


def work_in(settings: Settings) -> tuple[Cases, Policy]:
    """What work on cases needs, and the policy in force."""
    database = open_database(settings)
    policy = policy_in_force(settings, database)
    keyring = Keyring.load(settings.keys_file)
    return cases_of(database, keyring, post(settings), policy), policy


def acting_person(work: Cases, arguments: argparse.Namespace, act: str) -> Person:
    """The person named, of whom cases are some business; the account is entered before the act.

    Raises NotFound; that is entered.
    """
    with work.database.reading() as session:
        found = people.find(session, arguments.by)
    if found is None or not has_role(found):
        enter(work.database, _account(), "", f"command line: {Refusal.NO_ROLE}", instant())
        raise NotFound("there is no such person with a right to cases")
    case_id = getattr(arguments, "case", "")
    entry = AuditEntry(
        at=instant(),
        actor=_account(),
        action=Action.CHANGE_CASE,
        subject=case_id if ID.fullmatch(case_id) else "cases",
        detail=f"at the command line as {found.id}: {act}",
    )
    with work.database.writing() as session:
        audit.append(session, entry)
    return found


def _account() -> str:
    return f"os:{getpass.getuser()}"


def instant() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def as_json(case: Case) -> dict[str, Any]:
    """One case as other programs read it: without what people wrote in it."""
    facts = {key: _plain(value) for key, value in asdict(case).items() if key != "scope"}
    scope = {key: _plain(value) for key, value in asdict(case.scope).items()}
    return {**facts, "scope": scope}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _print(case: Case, *, as_object: bool, words: str) -> None:
    text = json.dumps(as_json(case)) if as_object else f"{case.id}: {words}"
    sys.stdout.write(text + "\n")


def list_(arguments: argparse.Namespace) -> int:
    """List the cases of one person."""
    work, _ = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "list")
    with work.database.reading() as session:
        found = case_rows.find(session, body=by.body)
    mine = [each for each in found if is_worker(by, each) or is_authoriser(by, each)]
    for case in mine:
        if arguments.json:
            sys.stdout.write(json.dumps(as_json(case)) + "\n")
        else:
            ends = f"until {case.ends}" if case.ends else ""
            title = printable(case.title)
            sys.stdout.write(f"{case.id}  {case.state.value:<8}  {title}  {ends}\n")
    if not mine and not arguments.json:
        sys.stdout.write("There are no cases of theirs.\n")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Show one case, its answers and its record."""
    work, _ = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "show")
    case = work_on.see(work.database, arguments.case, by, instant())
    with work.database.reading() as session:
        answers = case_rows.answers(session, work.keyring, case.id)
        entries = [each.entry for each in audit.read(session, subject=case.id)]
    happened = [
        {
            "at": each.at.isoformat(),
            "actor": each.actor,
            "action": each.action.value,
            "detail": each.detail,
        }
        for each in entries
    ]
    facts = {**as_json(case), "answers": asdict(answers), "happened": happened}
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    scope = facts.pop("scope")
    lines = [
        Line(printable(each))
        for key, value in {**facts, **scope, **asdict(answers)}.items()
        if value and key not in {"answers", "happened"}
        for each in f"{key}: {', '.join(value) if isinstance(value, list) else value}".splitlines()
    ]
    lines += [
        Line(f"{each['at'][:19]} {each['action']} by {each['actor']} {each['detail']}")
        for each in happened
    ]
    show_lines(lines)
    return 0


def open_(arguments: argparse.Namespace) -> int:
    """Open a case with its answers, and ask for approval if an authoriser is named."""
    work, _ = work_in(load_settings(arguments.config))
    by, now = acting_person(work, arguments, "open"), instant()
    case = answering.open_case(
        work,
        by=by,
        title=arguments.title,
        about=arguments.about,
        complainant=arguments.complainant,
        now=now,
    )
    with _draft_left(case.id):
        _answer(work, case.id, arguments, by, now)
        if arguments.authoriser:
            work_on.submit(work, case.id, authoriser=arguments.authoriser, by=by, now=now)
    case = work_on.see(work.database, case.id, by, now)
    waits = f"it waits for {case.authoriser}" if arguments.authoriser else "a draft"
    _print(case, as_object=arguments.json, words=waits)
    return 0


@contextmanager
def _draft_left(case_id: str) -> Iterator[None]:
    """Say which draft is left when one of its answers could not be used."""
    try:
        yield
    except Exception:
        sys.stderr.write(f"porthor: {case_id} is left as a draft; answer the rest in the console\n")
        raise


def _answer(
    work: Cases, case_id: str, given: argparse.Namespace, by: Person, now: datetime
) -> None:
    answering.answer_text(work, case_id, Task.PURPOSE, text=given.allegation, by=by, now=now)
    answering.answer_text(work, case_id, Task.MILDER, text=given.milder, by=by, now=now)
    answering.answer_basis(work, case_id, basis=given.basis, by=by, now=now)
    answering.answer_scope(
        work,
        case_id,
        people=" ".join(given.people),
        first=given.first,
        last=given.last,
        by=by,
        now=now,
    )
    answering.answer_reach(work, case_id, reach=Reach(given.reach), by=by, now=now)
    answering.answer_telling(
        work,
        case_id,
        telling=Telling.TOLD if given.told else Telling.LATER,
        on=given.told or given.tell_later,
        reason=given.why_later,
        by=by,
        now=now,
    )


def approve(arguments: argparse.Namespace) -> int:
    """Approve a case or send it back."""
    work, _ = work_in(load_settings(arguments.config))
    by, now = acting_person(work, arguments, "approve"), instant()
    if arguments.send_back:
        case = work_on.send_back(work, arguments.case, by=by, note=arguments.note, now=now)
        words = "sent back"
    else:
        seen = work_on.see(work.database, arguments.case, by, now)
        narrower = replace(
            seen.scope,
            first=arguments.first or seen.scope.first,
            last=arguments.last or seen.scope.last,
            reach=Reach.ENVELOPES if arguments.envelopes else seen.scope.reach,
        )
        case = work_on.approve(
            work,
            arguments.case,
            by=by,
            ends=arguments.ends,
            review=arguments.review,
            narrower=narrower,
            note=arguments.note,
            now=now,
        )
        words = f"approved until {case.ends}"
    _print(case, as_object=arguments.json, words=words)
    return 0


def search(arguments: argparse.Namespace) -> int:
    """Search within a case; 1 if nothing matches."""
    work, policy = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "search")
    terms = Terms(
        words=arguments.words,
        first=arguments.first,
        last=arguments.last,
        sender=arguments.sender,
        domain=arguments.domain,
        rule=arguments.rule,
        attached=arguments.attached,
    )
    begun = searching.begin(work, arguments.case, terms, by=by, now=instant())
    ended = _run(work, begun, policy, by)
    with work.database.reading() as session:
        found = case_searches.results(session, work.keyring, ended.case, ended.id)
    facts = {
        "search": ended.id,
        "state": ended.state.value,
        "in_scope": ended.total,
        "matched": list(found.matched),
        "unsearched": found.unsearched,
    }
    if arguments.json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.write(
            f"{ended.matched} of {ended.total} in scope match;"
            f" {ended.unsearched} could not be searched, or not wholly\n"
        )
        sys.stdout.writelines(f"{each}\n" for each in found.matched)
        sys.stdout.writelines(f"{each}  {why}\n" for each, why in found.unsearched.items())
    return 0 if ended.state is SearchState.DONE and found.matched else 1


def _run(work: Cases, begun: Search, policy: Policy, by: Person) -> Search:
    """Run it with a bar; Ctrl-C cancels it, and nothing of what it found is kept."""
    try:
        with progress_bar() as bar:
            task = bar.add_task("searching", total=None)
            return searching.run(
                work,
                begun,
                policy,
                by=by,
                tick=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except KeyboardInterrupt:
        searching.cancel(work, begun.case, begun.id, by=by, now=instant())
        raise


def close(arguments: argparse.Namespace) -> int:
    """Close a case."""
    work, _ = work_in(load_settings(arguments.config))
    by = acting_person(work, arguments, "close")
    case = work_on.close(
        work,
        arguments.case,
        by=by,
        outcome=Outcome(arguments.outcome),
        keep_until=arguments.keep_until,
        now=instant(),
    )
    _print(case, as_object=arguments.json, words=f"closed, kept until {case.keep_until}")
    return 0
