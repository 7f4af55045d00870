"""The lines of the route table for senders and reviewers: the review side of the console."""

from models.audit import Purpose
from quarantine.console import deciding, draft, held, lists, own, referrals, self_reports
from quarantine.console.visit import Page, Permission

_LOOKS = (Purpose.DECIDE, Purpose.ANSWER, Purpose.OWN)
REVIEW_PAGES: tuple[Page, ...] = (
    Page("GET", "/", Permission.SIGNED_IN, lists.home),
    Page("GET", "/queue", Permission.SIGNED_IN, lists.queue),
    Page("GET", "/decided", Permission.SIGNED_IN, lists.decided),
    Page("GET", "/mine", Permission.SIGNED_IN, own.mine),
    Page("GET", "/held/{id}", Permission.SEE, held.show),
    Page("GET", "/held/{id}/email", Permission.SEE, held.show_again),
    Page("POST", "/held/{id}/email", Permission.SEE, held.show_email, purposes=_LOOKS),
    Page("GET", "/held/{id}/decision", Permission.SEE, held.show_again),
    Page("POST", "/held/{id}/decision", Permission.REVIEW, deciding.decide),
    Page("GET", "/held/{id}/take-up", Permission.SEE, held.show_again),
    Page("POST", "/held/{id}/take-up", Permission.REVIEW, deciding.take_up),
    Page("GET", "/held/{id}/stop", Permission.SEE, held.show_again),
    Page("POST", "/held/{id}/stop", Permission.REVIEW, deciding.stop),
    Page("POST", "/held/{id}/stop-own", Permission.OWN, own.stop),
    Page("POST", "/held/{id}/withdraw", Permission.OWN, own.withdraw),
    Page("POST", "/held/{id}/confirm", Permission.OWN, own.confirm),
    Page("GET", "/held/{id}/explain", Permission.OWN, own.ask_explain),
    Page("POST", "/held/{id}/explain", Permission.OWN, own.explain),
    Page("GET", "/held/{id}/urgent", Permission.OWN, own.ask_urgent),
    Page("POST", "/held/{id}/urgent", Permission.OWN, own.urgent),
    Page("GET", "/held/{id}/someone-else", Permission.OWN, own.ask_someone_else),
    Page("POST", "/held/{id}/someone-else", Permission.OWN, own.someone_else),
    Page("GET", "/held/{id}/dispute", Permission.OWN, own.ask_dispute),
    Page("POST", "/held/{id}/dispute", Permission.OWN, own.dispute),
    Page("GET", "/held/{id}/again", Permission.OWN, own.ask_again),
    Page("POST", "/held/{id}/again", Permission.OWN, own.again),
    Page("GET", "/report", Permission.SIGNED_IN, self_reports.ask),
    Page("POST", "/report", Permission.SIGNED_IN, self_reports.take),
    Page("GET", "/reports/{report}", Permission.SIGNED_IN, self_reports.show),
    Page("POST", "/reports/{report}/read", Permission.SIGNED_IN, self_reports.read),
    Page("GET", "/referrals", Permission.SIGNED_IN, referrals.show),
    Page("POST", "/referrals/{held}/back", Permission.SIGNED_IN, referrals.hand_back),
    Page("POST", "/referrals/{held}/refuse", Permission.SIGNED_IN, referrals.refuse),
    Page("GET", "/draft", Permission.SIGNED_IN, draft.ask),
    Page("POST", "/draft", Permission.SIGNED_IN, draft.check),
)
