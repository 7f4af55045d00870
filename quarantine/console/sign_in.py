"""Signing in with a local account, step by step, and signing out.

A name and a password; then a code, or, where none was set up yet, a new key; then a session.
A wrong name and a wrong password get the same answer in the same time.
"""

from dataclasses import replace

from starlette.responses import Response

from models.audit import Action
from models.db import second_factors, sign_ins
from models.errors import NotFound
from models.person import Person
from models.sign_in import Method
from quarantine import throttle
from quarantine.console import enrolment, steps
from quarantine.console.local_accounts import try_code, try_password, username_of
from quarantine.console.pages import render, see_other
from quarantine.console.session import (
    active,
    begin,
    cookie_names,
    delete_cookie,
    note,
    wanted_path,
)
from quarantine.console.visit import Visit

_SHOWN_NAME = 200  # characters


def show(visit: Visit) -> Response:
    """Show the form, or go home when already signed in."""
    if visit.person:
        return see_other("/")
    return _form(visit)


def sign_in(visit: Visit) -> Response:
    """Take name and password."""
    if visit.services.sign_in.local_accounts == "none":
        raise NotFound("there are no local accounts")
    username = username_of(visit.form.get("username", ""))
    tried = try_password(visit, username, visit.form.get("password", ""))
    if tried.wait:
        return wait_page(visit, tried.wait)
    if tried.person is None:
        return _form(visit, failed=True, username=username[:_SHOWN_NAME], status=403)
    return _after_password(visit, tried.person)


def ask_code(visit: Visit) -> Response:
    """Ask for the code."""
    if _person_of(visit, steps.CODE) is None:
        return _start_again(visit)
    return render(visit, "sign-in-code.html", mistake="")


def take_code(visit: Visit) -> Response:
    """Take the code, and begin the session."""
    step, person = steps.read(visit, steps.CODE), _person_of(visit, steps.CODE)
    if step is None or person is None:
        return _start_again(visit)
    tried = try_code(visit, person, visit.form.get("code", ""))
    if tried.wait:
        return wait_page(visit, tried.wait)
    if not tried.right:
        return render(visit, "sign-in-code.html", status=403, mistake="code")
    return steps.forget(begin(visit, person, tried.method, step["next"]), visit)


def ask_set_up(visit: Visit) -> Response:
    """Show a new key, which must be set up before anything else."""
    person = _person_of(visit, steps.SET_UP)
    if person is None:
        return _start_again(visit)
    return enrolment.form(visit, person, "/sign-in/set-up")


def take_set_up(visit: Visit) -> Response:
    """Take the first code of the new key, begin the session, and show the recovery codes."""
    step, person = steps.read(visit, steps.SET_UP), _person_of(visit, steps.SET_UP)
    if step is None or person is None:
        return _start_again(visit)
    with visit.services.database.reading() as session:
        if second_factors.get(session, person.id) is not None:
            return _start_again(visit)  # set up meanwhile: this password alone is not enough now
    codes = enrolment.enrol(visit, person)
    if codes is None:
        return enrolment.form(visit, person, "/sign-in/set-up", mistake="code")
    begun = begin(visit, person, Method.TWO_FACTORS, step["next"])
    page = enrolment.codes_page(visit, codes, onward=begun.headers["location"])
    for name, value in begun.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return steps.forget(page, visit)


def ask_sign_out(visit: Visit) -> Response:
    """Show the button: a GET changes nothing."""
    return render(visit, "sign-out.html")


def sign_out(visit: Visit) -> Response:
    """End the session, here and in the database; offer to end the provider's own too."""
    elsewhere = None
    if visit.person:
        with visit.services.database.writing() as session:
            by_provider = sign_ins.method(session, visit.token) is Method.OPENID
            sign_ins.close(session, visit.token)
            note(session, visit, Action.SIGN_OUT, visit.person.id)
        if by_provider and visit.services.provider:
            elsewhere = visit.services.provider.end_session(visit.services.settings.base_url)
    response: Response = see_other("/sign-in")
    if elsewhere:
        response = render(replace(visit, person=None), "signed-out.html", elsewhere=elsewhere)
    delete_cookie(response, visit.services, cookie_names(visit.services)[0])
    if visit.services.settings.secure:  # browsers heed it over HTTPS only
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def wait_page(visit: Visit, wait: throttle.Wait) -> Response:
    """Say that a name must wait, the same whether anyone has it or not."""
    seconds = max(1, int((wait.until - visit.now).total_seconds()))
    facts = {"locked": wait.locked, "network": wait.network, "until": wait.until}
    response = render(visit, "sign-in-wait.html", status=429, **facts)
    response.headers["Retry-After"] = str(seconds)
    return response


def _after_password(visit: Visit, person: Person) -> Response:
    wanted = wanted_path(visit)
    with visit.services.database.reading() as session:
        factor = second_factors.get(session, person.id)
    if factor is not None:
        response: Response = see_other("/sign-in/code")
        return steps.give(response, visit, steps.CODE, person=person.id, next=wanted)
    if visit.services.sign_in.second_factor == "required":
        response = see_other("/sign-in/set-up")
        return steps.give(response, visit, steps.SET_UP, person=person.id, next=wanted)
    return begin(visit, person, Method.PASSWORD, wanted)


def _person_of(visit: Visit, kind: str) -> Person | None:
    step = steps.read(visit, kind)
    if step is None:
        return None
    with visit.services.database.reading() as session:
        return active(session, step["person"])


def _start_again(visit: Visit) -> Response:
    return steps.forget(see_other("/sign-in"), visit)


def _form(visit: Visit, *, failed: bool = False, username: str = "", status: int = 200) -> Response:
    facts = {
        "next": wanted_path(visit),
        "failed": failed,
        "username": username,
        "openid": visit.services.provider is not None,
        "local": visit.services.sign_in.local_accounts != "none",
    }
    return render(visit, "sign-in.html", status=status, **facts)
