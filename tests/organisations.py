"""Random organisations and held messages: chains that close, managers who are not there, all of it.

Hypothesis draws the seed and the size; what is made of them is drawn by the seed, fast.
"""

import random
from dataclasses import replace
from datetime import date, timedelta

from factories import DOMAIN, NOW
from hypothesis import strategies as st

from models.decision import Choice
from models.envelope import Client, Recipient
from models.held import HeldMessage, HeldState, Involved, Tie
from models.person import Absence, Person, Role, Standing
from models.verdict import Disposition
from quarantine.permissions import sender_of

IDS = tuple("abcdefghijkl")
_STANDINGS = [*[Standing.ACTIVE] * 6, Standing.SUSPENDED, Standing.LEFT]


def address(person_id):
    return f"{person_id}@{DOMAIN}"


def a_named(rng):
    return rng.choice([None, "nobody-of-that-name", *IDS, *IDS])


def an_absence(rng):
    if rng.random() < 0.7:
        return None
    first = NOW.date() + timedelta(rng.randint(-5, 5))
    return Absence(first=first, last=rng.choice([None, first + timedelta(rng.randint(0, 5))]))


def facts(rng):
    return {
        "manager": a_named(rng),
        "deputy": a_named(rng),
        "alternate": rng.choice([None, None, *IDS[:3]]),
        "standing": rng.choice(_STANDINGS),
        "away": rng.random() < 0.2,
        "absence": an_absence(rng),
    }


def an_organisation(rng, size):
    return {
        each: Person(
            id=each,
            name=f"{each.title()} Prawf",
            addresses=(address(each),),
            roles=frozenset(rng.sample(list(Role), rng.choice([0, 0, 0, 1, 1, 2]))),
            **facts(rng),
        )
        for each in IDS[:size]
    }


def a_message(rng, number=0):
    inside = rng.sample(IDS, rng.choice([0, 0, 1, 2]))
    recipients = [*map(address, inside), "out@elsewhere.example"]
    ties = {
        (rng.choice(IDS), rng.choice(list(Tie))) for _ in range(rng.choice([0, 0, 1, 2, 4, 12]))
    }
    return HeldMessage(
        id=f"M{number:06}",
        state=HeldState.HELD,
        received=NOW,
        sender=address(rng.choice([*IDS, "shared-mailbox"])),
        recipients=tuple(Recipient(address=each) for each in recipients),
        client=Client(address="192.0.2.1", port=1, name="mail"),
        digest=f"{number:064x}",
        size=1,
        disposition=rng.choice([Disposition.CONFIRM, Disposition.HOLD, Disposition.HOLD_FOR_TWO]),
        rules=("payment-card",),
        findings=(),
        policy="0" * 64,
        involved=tuple(Involved(person=who, tie=tie) for who, tie in sorted(ties)),
        apart=rng.random() < 0.1,
        narrow=rng.random() < 0.25,
    )


seeds = st.integers(0, 2**32).map(random.Random)
sizes = st.integers(1, len(IDS))
organisations = st.builds(an_organisation, seeds, sizes)
messages = st.builds(a_message, seeds)


def may_see(person, held):
    """The rule in its barest form, written apart from the code it judges."""
    mailboxes = {each.lower() for each in person.addresses}
    return (
        person.standing is Standing.ACTIVE
        and held.sender.lower() not in mailboxes
        and not any(each.address.lower() in mailboxes for each in held.recipients)
        and person.id not in {each.person for each in held.involved}
        and person.id not in held.turn.declined
        and not (held.appeal and person.id in held.appeal.decided)
        and Role.ADMINISTRATOR not in person.roles
    )


def the_few(held, people):
    """Who may see what only few may see, in its barest form; of other mail everyone."""
    if not held.narrow:
        return set(people)
    can = {each for each in people if may_see(people[each], held)}
    have = {role: {each for each in can if role in people[each].roles} for role in Role}
    done = {each.by for each in held.decisions}
    if have[Role.SENSITIVE_REVIEWER] - done:
        return have[Role.SENSITIVE_REVIEWER] | done
    sender = sender_of(held, people)
    above = set()
    if sender and not held.apart:
        has_manager = sender.manager in people and sender.manager != sender.id
        above = {sender.manager if has_manager else sender.alternate}
    few = have[Role.SENSITIVE_REVIEWER] | have[Role.DUTY_REVIEWER] | (above & can)
    return few | done if few - done else set(people)


def trusted(held, people):
    """Everyone whom anything entrusts with deciding, before any bar."""
    elsewhere = {Role.HR, Role.PROTECTION_OFFICER, Role.AUDITOR}
    by_someone = {
        named
        for each in people.values()
        if each.standing is Standing.ACTIVE
        for named in (each.manager, each.deputy, each.alternate)
    }
    return {
        each.id
        for each in people.values()
        if Role.DUTY_REVIEWER in each.roles
        or (held.narrow and Role.SENSITIVE_REVIEWER in each.roles)
        or (each.id in by_someone and not each.roles & elsewhere)
    }


def able(held, people):
    """Ids of those who may be given it now."""
    return anyone_able(held, people) & the_few(held, people)


def anyone_able(held, people):
    """The same, of what few may see also of the others: if there is one, it is with somebody."""
    voted = {each.by for each in held.decisions if each.choice is Choice.RELEASE}
    return {
        each for each in trusted(held, people) if may_see(people[each], held) and each not in voted
    }


def away(person, day: date):
    absence = person.absence
    return person.away or bool(
        absence and absence.first <= day and (absence.last is None or day <= absence.last)
    )


def changed(people, rng):
    """The same organisation a while later: some are away, back, suspended, gone, moved."""
    return {
        each.id: replace(each, **facts(rng)) if rng.random() < 0.25 else each
        for each in people.values()
    }
