"""The lines of the route table for cases: HR that works on one, and who was asked to approve it."""

from models.audit import Purpose
from quarantine.console import (
    cases,
    cases_answers,
    cases_approval,
    cases_email,
    cases_record,
    cases_search,
    sealed_lane,
)
from quarantine.console.visit import Page, Permission

_CASE = "/cases/{case}"
CASE_PAGES: tuple[Page, ...] = (
    Page("GET", "/cases", Permission.CASES, cases.show_list),
    Page("GET", "/cases/new", Permission.CASES, cases.ask_new),
    Page("POST", "/cases/new", Permission.CASES, cases.take_new),
    Page("GET", _CASE, Permission.CASE, cases.show),
    Page("GET", f"{_CASE}/answer/{{task}}", Permission.CASE, cases_answers.ask),
    Page("POST", f"{_CASE}/answer/{{task}}", Permission.CASE, cases_answers.answer),
    Page("GET", f"{_CASE}/submit", Permission.CASE, cases.ask_submit),
    Page("POST", f"{_CASE}/submit", Permission.CASE, cases.take_submit),
    Page("GET", f"{_CASE}/approval", Permission.CASE, cases_approval.ask),
    Page("POST", f"{_CASE}/approval", Permission.CASE, cases_approval.decide),
    Page("GET", f"{_CASE}/search", Permission.CASE, cases_search.ask),
    Page("POST", f"{_CASE}/search", Permission.CASE, cases_search.take),
    Page("GET", f"{_CASE}/searches/{{search}}", Permission.CASE, cases_search.show),
    Page("POST", f"{_CASE}/searches/{{search}}/cancel", Permission.CASE, cases_search.cancel),
    Page("GET", f"{_CASE}/emails/{{held}}", Permission.CASE, cases_email.show),
    Page(
        "POST",
        f"{_CASE}/emails/{{held}}",
        Permission.CASE,
        cases_email.show_content,
        purposes=(Purpose.INVESTIGATE,),
    ),
    Page("GET", f"{_CASE}/emails/{{held}}/seal", Permission.CASE, sealed_lane.ask_seal_in_case),
    Page("POST", f"{_CASE}/emails/{{held}}/seal", Permission.CASE, sealed_lane.seal_in_case),
    Page("GET", f"{_CASE}/record", Permission.CASE_RECORD, cases_record.show),
    Page("GET", "/oversight/cases", Permission.OVERSEE, cases_record.show_all),
    Page("POST", f"{_CASE}/hold", Permission.CASE, cases.pause),
    Page("POST", f"{_CASE}/resume", Permission.CASE, cases.resume),
    Page("GET", f"{_CASE}/amend", Permission.CASE, cases.ask_amend),
    Page("POST", f"{_CASE}/amend", Permission.CASE, cases.take_amend),
    Page("POST", f"{_CASE}/worker", Permission.CASE, cases.add_worker),
    Page("GET", f"{_CASE}/review", Permission.CASE, cases.ask_review),
    Page("POST", f"{_CASE}/review", Permission.CASE, cases.take_review),
    Page("GET", f"{_CASE}/close", Permission.CASE, cases.ask_close),
    Page("POST", f"{_CASE}/close", Permission.CASE, cases.take_close),
)
