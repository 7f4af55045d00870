"""Setting up a second factor: a new key, its first code, then the recovery codes, shown once.

The key is shown as text and as a QR code. Nothing is kept until the first code was right: the
form carries the new key, sealed and bound to the person.
"""

from starlette.responses import Response

from models.audit import Action
from models.db import second_factors
from models.person import Person
from models.sign_in import SecondFactor
from quarantine import notices
from quarantine.console import second_factors as factors
from quarantine.console import steps
from quarantine.console.pages import render
from quarantine.console.session import note
from quarantine.console.visit import Visit
from quarantine.console.words import translations


def form(
    visit: Visit, person: Person, action: str, *, mistake: str = "", ask: tuple[str, ...] = ()
) -> Response:
    """Show a new key, or the same one again after a mistake.

    `ask` names what else is asked for: "password", and "old", a code of the factor before.
    """
    key = _key_given(visit, person) or factors.new_key()
    body_name = visit.services.body.name(visit.language)
    words = translations(visit.language)
    address = factors.address_of_key(key, person.id, body_name)
    facts = {
        "action": action,
        "key": factors.grouped(key),
        "sealed": steps.seal(visit, f"new-key:{person.id}", {"key": key}),
        "qr": factors.qr_code(address, words.gettext("QR code of the key")),
        "mistake": mistake,
        "ask_also": ask,
    }
    return render(visit, "second-factor.html", status=422 if mistake else 200, **facts)


def enrol(visit: Visit, person: Person) -> list[str] | None:
    """Keep the new key if its first code is right, and return the recovery codes."""
    key = _key_given(visit, person)
    if key is None:
        return None
    step = factors.step_of_key(key, visit.form.get("code", ""), visit.now)
    if step is None:
        return None
    codes, services = factors.new_recovery_codes(), visit.services
    factor = SecondFactor(
        person=person.id,
        sealed=factors.seal_key(services.keyring, person.id, key),
        made=visit.now,
        last_step=step,
    )
    with services.database.writing() as session:
        second_factors.put(session, factor, codes)
        note(session, visit, Action.SECOND_FACTOR, person.id, actor=person.id, detail="set up")
        notices.queue(
            session, services.review.post, "second-factor", person, {}, held=None, now=visit.now
        )
    return codes


def codes_page(visit: Visit, codes: list[str], *, onward: str) -> Response:
    """Show the recovery codes, once."""
    return render(visit, "recovery-codes.html", codes=codes, onward=onward)


def _key_given(visit: Visit, person: Person) -> str | None:
    facts = steps.unseal(visit, f"new-key:{person.id}", visit.form.get("sealed", ""))
    return facts["key"] if facts else None
