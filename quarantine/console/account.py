"""A person's own account: their sessions, their password, their second factor.

What changes how someone signs in asks for the password again, and is told to them by email.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from models.audit import Action, AuditEntry
from models.db import people, second_factors, sign_ins
from models.errors import NotFound
from models.sign_in import Method, SignInSession
from quarantine import break_glass, notices
from quarantine.console import enrolment
from quarantine.console import second_factors as factors
from quarantine.console.local_accounts import may_use_password, try_code, try_password
from quarantine.console.pages import render, see_other
from quarantine.console.passwords import fault_of, hash_password
from quarantine.console.session import good_since, note
from quarantine.console.sign_in import wait_page
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations

_METHODS = {
    Method.PASSWORD: mark("with a password"),
    Method.TWO_FACTORS: mark("with a password and a code"),
    Method.RECOVERY: mark("with a password and a recovery code"),
    Method.OPENID: mark("with your organisation's account"),
}
_SECOND_FACTOR = "/account/second-factor"
_DONE = {
    "ended": mark("The session has been ended"),
    "ended-others": mark("Your other sessions have been ended"),
    "password": mark("Your password has been changed, and your other sessions have been ended"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSession:
    """A session, as the page lists it."""

    session: SignInSession
    this: bool
    how: str


def show(visit: Visit) -> Response:
    """Show everything about signing in."""
    words = translations(visit.language)
    opened_since, used_since = good_since(visit.services, visit.now)
    with visit.services.database.reading() as session:
        found = sign_ins.of_person(
            session, visit.who.id, opened_since=opened_since, used_since=used_since
        )
        factor = second_factors.get(session, visit.who.id)
        codes = second_factors.codes_left(session, visit.who.id)
        emergency = break_glass.may_open_page(session, visit.who, visit.now)
    this = sign_ins.handle_of(visit.token)
    shown = [
        ShownSession(
            session=each,
            this=each.handle == this,
            how=words.gettext(_METHODS[each.method]) if each.method else "",
        )
        for each in found
    ]
    done = _DONE.get(visit.request.query_params.get("done", ""), "")
    facts: dict[str, Any] = {
        "sessions": shown,
        "factor": factor,
        "codes": codes,
        "local": _has_password(visit),
        "emergency": emergency,
        "done": words.gettext(done) if done else "",
    }
    return render(visit, "account.html", nav="account", **facts)


def end_session(visit: Visit) -> Response:
    """End one of one's own sessions by its handle, or all but this one."""
    handle = visit.form.get("handle", "")
    with visit.services.database.writing() as session:
        if handle == "others":
            ended = sign_ins.close_all(session, visit.who.id, but=visit.token)
        else:
            ended = int(sign_ins.close_one(session, visit.who.id, handle))
        if ended:
            note(session, visit, Action.END_SESSION, visit.who.id, detail=f"{ended} ended")
    if handle == sign_ins.handle_of(visit.token):
        return see_other("/sign-in")
    return see_other("/account?done=" + ("ended-others" if handle == "others" else "ended"))


def ask_password(visit: Visit) -> Response:
    """Show the form for a new password."""
    _check_local(visit)
    return render(visit, "password.html", mistake="")


def take_password(visit: Visit) -> Response:
    """Change the password; every other session ends."""
    _check_local(visit)
    tried = try_password(visit, visit.who.id, visit.form.get("password", ""))
    if tried.wait:
        return wait_page(visit, tried.wait)
    wanted, again = visit.form.get("new", ""), visit.form.get("again", "")
    body, who = visit.services.body, visit.who
    about = (who.name, who.id, who.email, body.name_en, body.name_cy)
    mistake = "password" if not tried.right else fault_of(wanted, about)
    mistake = mistake or ("again" if wanted != again else "")
    if mistake:
        return render(visit, "password.html", status=422, mistake=mistake)
    hashed = hash_password(wanted)
    entry = AuditEntry(at=visit.now, actor=who.id, action=Action.SET_PASSWORD, subject=who.id)
    with visit.services.database.writing() as session:
        people.set_password_hash(session, who.id, hashed, entry)
        sign_ins.close_all(session, who.id, but=visit.token)
        post = visit.services.review.post
        notices.queue(session, post, "password-changed", who, {}, held=None, now=visit.now)
    return see_other("/account?done=password")


def ask_second_factor(visit: Visit) -> Response:
    """Show a new key."""
    _check_local(visit)
    return enrolment.form(visit, visit.who, _SECOND_FACTOR, ask=_asked(visit))


def take_second_factor(visit: Visit) -> Response:
    """Set up a second factor in place of any before; every other session ends.

    Asks for all that signing in asks for: the password, and a code where codes are needed.
    """
    _check_local(visit)
    asked = _asked(visit)
    tried = try_password(visit, visit.who.id, visit.form.get("password", ""))
    mistake = "" if tried.right else "password"
    if tried.right and "old" in asked:
        tried = try_code(visit, visit.who, visit.form.get("old", ""))
        mistake = "" if tried.right else "old"
    if tried.wait:
        return wait_page(visit, tried.wait)
    codes = None if mistake else enrolment.enrol(visit, visit.who)
    if codes is None:
        mistake = mistake or "code"
        return enrolment.form(visit, visit.who, _SECOND_FACTOR, mistake=mistake, ask=asked)
    with visit.services.database.writing() as session:
        sign_ins.close_all(session, visit.who.id, but=visit.token)
    return enrolment.codes_page(visit, codes, onward="/account")


def _asked(visit: Visit) -> tuple[str, ...]:
    with visit.services.database.reading() as session:
        factor = second_factors.get(session, visit.who.id)
    return ("password", "old") if factor else ("password",)


def ask_codes(visit: Visit) -> Response:
    """Show the form for new recovery codes."""
    _check_local(visit)
    return render(visit, "new-codes.html", mistake="")


def take_codes(visit: Visit) -> Response:
    """Give new recovery codes in place of the old ones, for the password and a code."""
    _check_local(visit)
    tried = try_password(visit, visit.who.id, visit.form.get("password", ""))
    mistake = "" if tried.right else "password"
    if tried.right:
        tried = try_code(visit, visit.who, visit.form.get("code", ""))
        mistake = "" if tried.method is Method.TWO_FACTORS else "code"
    if tried.wait:
        return wait_page(visit, tried.wait)
    if mistake:
        return render(visit, "new-codes.html", status=422, mistake=mistake)
    codes = factors.new_recovery_codes()
    with visit.services.database.writing() as session:
        second_factors.renew_codes(session, visit.who.id, codes)
        note(session, visit, Action.SECOND_FACTOR, visit.who.id, detail="new recovery codes")
        post = visit.services.review.post
        notices.queue(session, post, "second-factor", visit.who, {}, held=None, now=visit.now)
    return enrolment.codes_page(visit, codes, onward="/account")


def _has_password(visit: Visit) -> bool:
    if not may_use_password(visit, visit.who):
        return False
    with visit.services.database.reading() as session:
        return people.password_hash(session, visit.who.id) is not None


def _check_local(visit: Visit) -> None:
    if not _has_password(visit):
        raise NotFound("no local account")
