"""The fixed reasons a reviewer chooses from, in both languages: short lists, counted in reports."""

from models.policy import Bilingual

RETURN_CODES: dict[str, Bilingual] = {
    "personal-information": Bilingual(
        en="Remove personal information", cy="Tynnwch wybodaeth bersonol"
    ),
    "check-recipient": Bilingual(en="Check the recipient", cy="Gwiriwch y derbynnydd"),
    "secure-method": Bilingual(en="Use the secure method", cy="Defnyddiwch y dull diogel"),
    "protect-file": Bilingual(en="Protect the file", cy="Diogelwch y ffeil"),
    "wrong-attachment": Bilingual(
        en="The wrong file is attached", cy="Mae'r ffeil anghywir wedi'i hatodi"
    ),
    "say-why": Bilingual(en="Say why it needs to be sent", cy="Dywedwch pam mae angen ei anfon"),
}
REFUSE_CODES: dict[str, Bilingual] = {
    "policy": Bilingual(en="The policy does not allow it", cy="Nid yw'r polisi yn ei ganiatáu"),
    "not-our-business": Bilingual(
        en="It is not the organisation's business", cy="Nid busnes y sefydliad yw hyn"
    ),
    "not-entitled": Bilingual(
        en="The recipient is not entitled to it", cy="Nid oes gan y derbynnydd hawl iddo"
    ),
    "duplicate": Bilingual(en="It has been sent already", cy="Mae wedi cael ei anfon eisoes"),
    "sender-asked": Bilingual(
        en="The sender asked us not to send it", cy="Gofynnodd yr anfonwr i ni beidio â'i anfon"
    ),
}
_ALL = {**RETURN_CODES, **REFUSE_CODES}


def words_of(code: str, text: str, language: str) -> str:
    """A fixed reason in a language, and what its reviewer added in their own words."""
    fixed = _ALL[code].in_language(language) if code in _ALL else ""
    return "\n\n".join(filter(None, (fixed, text)))
