"""The lines of the route table for what a case produces: exhibits, holds, bundles, disclosures."""

from models.audit import Purpose
from quarantine.console import disclosures, exhibits, exports, legal_holds
from quarantine.console.visit import Page, Permission

_CASE = "/cases/{case}"
_EXHIBIT = f"{_CASE}/exhibits/{{exhibit}}"
_EXPORT = f"{_CASE}/exports/{{export}}"
_DISCLOSURE = f"{_CASE}/disclosures/{{disclosure}}"
_OFFICER = "/oversight/disclosures"
EVIDENCE_PAGES: tuple[Page, ...] = (
    Page("GET", f"{_CASE}/exhibits", Permission.CASE, exhibits.show_list),
    Page("GET", f"{_CASE}/emails/{{held}}/exhibit", Permission.CASE, exhibits.ask),
    Page("POST", f"{_CASE}/emails/{{held}}/exhibit", Permission.CASE, exhibits.take),
    Page("GET", _EXHIBIT, Permission.CASE, exhibits.show),
    Page("POST", f"{_EXHIBIT}/check", Permission.CASE, exhibits.check),
    Page(
        "POST",
        f"{_EXHIBIT}/copy",
        Permission.CASE,
        exhibits.change_copy,
        purposes=(Purpose.EVIDENCE,),
    ),
    Page("GET", f"{_CASE}/legal-hold", Permission.CASE, legal_holds.show),
    Page("POST", f"{_CASE}/legal-hold", Permission.CASE, legal_holds.take),
    Page("GET", f"{_CASE}/exports", Permission.CASE, exports.show_list),
    Page("POST", f"{_CASE}/exports", Permission.CASE, exports.note_step),
    Page("GET", f"{_CASE}/exports/new", Permission.CASE, exports.ask),
    Page("POST", f"{_CASE}/exports/new", Permission.CASE, exports.take),
    Page("GET", _EXPORT, Permission.CASE, exports.show),
    Page("POST", f"{_EXPORT}/file", Permission.CASE, exports.fetch, purposes=(Purpose.EVIDENCE,)),
    Page("GET", f"{_CASE}/disclosures", Permission.CASE, disclosures.show_list),
    Page("GET", f"{_CASE}/disclosures/new", Permission.CASE, disclosures.ask),
    Page("POST", f"{_CASE}/disclosures/new", Permission.CASE, disclosures.take),
    Page("GET", _DISCLOSURE, Permission.CASE, disclosures.show),
    Page("POST", _DISCLOSURE, Permission.CASE, disclosures.act),
    Page("GET", _OFFICER, Permission.OVERSEE, disclosures.show_to_officer),
    Page("GET", f"{_OFFICER}/{{disclosure}}", Permission.OVERSEE, disclosures.show_one_to_officer),
    Page("POST", f"{_OFFICER}/{{disclosure}}", Permission.OVERSEE, disclosures.sign_as_officer),
)
