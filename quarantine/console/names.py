"""What each finding is called on a page."""

from models.finding import Finding
from quarantine.console.words import mark, translations

_DETECTORS = {
    "bank-account": mark("Bank account number"),
    "bulk-personal-data": mark("Details of many people"),
    "commercial": mark("Words about tenders or prices"),
    "credentials": mark("Password or key"),
    "date-of-birth": mark("Date of birth"),
    "dbs-certificate": mark("DBS certificate number"),
    "driving-licence": mark("Driving licence number"),
    "email-list": mark("List of email addresses"),
    "fingerprints": mark("Passage from a registered document"),
    "home-address": mark("Home address"),
    "iban": mark("International bank account number"),
    "learned": mark("Wording like that of emails that broke the policy (likely, not certain)"),
    "learner-number": mark("Unique learner number"),
    "marking": mark("Protective marking"),
    "national-insurance": mark("National Insurance number"),
    "nhs-number": mark("NHS number"),
    "own-records": mark("Details from the council's own records"),
    "passport": mark("Passport number"),
    "payment-card": mark("Payment card number"),
    "phrases": mark("Word or phrase from the policy's list"),
    "pupil-number": mark("Unique pupil number"),
    "references": mark("Reference number from the policy's list"),
    "taxpayer-reference": mark("Unique taxpayer reference"),
    "telephone": mark("Personal telephone number"),
    "vehicle": mark("Vehicle and its keeper"),
}
_LIKE = {  # what the trained classifier says a passage reads most like
    "threat": mark("It reads like a threat (likely, not certain)"),
    "sexual-harassment": mark("It reads like sexual harassment (likely, not certain)"),
    "bullying": mark("It reads like bullying (likely, not certain)"),
    "derogatory": mark("It reads like contempt for people (likely, not certain)"),
    "discriminatory": mark("It reads like discrimination (likely, not certain)"),
    "obscene": mark("It reads like obscene language (likely, not certain)"),
    "defamatory": mark(
        "It reads like an accusation that could defame someone (likely, not certain)"
    ),
    "veiled": mark("It reads like an insult without hard words (likely, not certain)"),
    "coercion": mark(
        "It reads like pressure on someone to keep silent or give way (likely, not certain)"
    ),
    "hr-disciplinary": mark("It reads like a disciplinary matter (likely, not certain)"),
    "hr-sickness": mark("It reads like someone's sickness absence (likely, not certain)"),
    "hr-pay": mark("It reads like someone's pay or redundancy (likely, not certain)"),
    "legal-advice": mark("It reads like legal advice (likely, not certain)"),
    "safeguarding-child": mark(
        "It reads like a matter of safeguarding a child (likely, not certain)"
    ),
    "safeguarding-adult": mark(
        "It reads like a matter of safeguarding an adult (likely, not certain)"
    ),
    "social-care": mark("It reads like a social care case (likely, not certain)"),
    "housing": mark("It reads like someone's housing case (likely, not certain)"),
    "pupil": mark("It reads like a pupil's circumstances (likely, not certain)"),
    "health": mark("It reads like facts about someone's health (likely, not certain)"),
    "personal-data": mark("It reads like personal data of others (likely, not certain)"),
    "complainant": mark(
        "It reads like the name of someone who complained or raised a concern (likely, not certain)"
    ),
    "exempt-report": mark("It reads like a report that is not yet public (likely, not certain)"),
    "investigation": mark("It reads like an investigation under way (likely, not certain)"),
    "bid-price": mark("It reads like a bidder's price (likely, not certain)"),
    "evaluation": mark("It reads like the scoring of bids (likely, not certain)"),
    "tip-off": mark("It reads like inside help to a bidder (likely, not certain)"),
    "collusion": mark("It reads like collusion between bidders (likely, not certain)"),
    "contract-terms": mark("It reads like the terms of a contract (likely, not certain)"),
    "negotiation": mark("It reads like a negotiating position (likely, not certain)"),
    "unpublished": mark("It reads like a figure that is not yet public (likely, not certain)"),
    "trade-secret": mark("It reads like a firm's trade secret (likely, not certain)"),
    "inducement": mark("It reads like a gift or favour around a contract (likely, not certain)"),
}
_RECIPIENTS = {
    "first-mail": mark("First email to this organisation"),
    "greeting-mismatch": mark("Greeting that names none of the recipients"),
    "many-outside": mark("Many outside recipients who can see each other's addresses"),
    "near-miss": mark("Address that is nearly, but not, a known one"),
    "own-webmail": mark("Address that seems to be the sender's own"),
    "personal-webmail": mark("Personal email address among the recipients"),
    "reply-all": mark("Reply to many outside recipients"),
}
_UNREAD = {
    "broke-its-reader": mark("An attachment could not be read: reading it failed"),
    "damage": mark("An attachment could not be read: it is damaged"),
    "elsewhere": mark("The email only points at something kept elsewhere"),
    "encrypted": mark("The email is encrypted and could not be read"),
    "media": mark("A sound or film was not read"),
    "no-reader": mark("An attachment is of a kind that this service has no reader for"),
    "out-of-time": mark("An attachment could not be read: it took too long"),
    "partial": mark("The email is only one piece of a longer one"),
    "partly-damaged": mark("A damaged attachment was read as far as it goes"),
    "password": mark("An attachment could not be read: it needs a password"),
    "picture": mark("A picture was not read"),
    "too-deep": mark("An attachment could not be read: it is packed too many times"),
    "too-large": mark("An attachment could not be read: it is too large"),
    "too-many-files": mark("An attachment could not be read: it holds too many files"),
    "unknown-type": mark("An attachment is of a kind that is not read"),
}
KINDS = {
    "archive": mark("an archive of files"),
    "ole": mark("an older Office document"),
    "pdf": mark("a PDF"),
    "picture": mark("a picture"),
    "program": mark("a program"),
    "rtf": mark("a rich text document"),
    "zip": mark("a newer Office document or a zip archive"),
}
_MALFORMED = mark("The email could not be read reliably: it is malformed")
_OTHER = mark("Something else the policy names")
_PLACES = {
    "header": mark("in the subject or a file name"),
    "hidden": mark("in text the recipient would not normally see"),
    "visible": mark("in the text"),
}
_QUOTED = mark("in quoted text")


def name_of(finding: Finding) -> str:
    """What was found, to be translated."""
    if finding.detector == "attachments":
        return _UNREAD.get(finding.reason, _MALFORMED)
    if finding.detector == "recipients":
        return _RECIPIENTS.get(finding.category, _OTHER)
    if finding.reads_like in _LIKE:
        return _LIKE[finding.reads_like]
    return _DETECTORS.get(finding.detector, _OTHER)


def name_in(finding: Finding, language: str) -> str:
    """What was found, in a language."""
    return translations(language).gettext(name_of(finding))


def name_of_unread(reason: str) -> str:
    """Why something could not be read, to be translated."""
    return _UNREAD.get(reason, _MALFORMED)


def place_of(finding: Finding) -> str:
    """Where it stands, to be translated; "" for what stands in no text."""
    if finding.detector == "attachments" or finding.part == "envelope":
        return ""
    return _PLACES.get(finding.kind, "") if finding.own else _QUOTED
