"""Welsh, English or neither, by the small words that every sentence has; never a reason to hold.

Each list holds words that the other language does not write. Folded text has lost its accents,
which changes none of them.
"""

from collections.abc import Iterable

_WELSH_WORDS = """
yn yr y ac mae wedi gan bod ddim gyda hefyd ond neu fel hyn hwn hon sydd roedd oedd eich ein eu chi
ni dwi rydw rwy nid dim fod cael bydd byddai gallwch diolch cofion os sy ei hi fe mi ti dros gyfer
ynghylch wrth ar ato ati ohono ohoni iddo iddi arnoch atoch ichi chwi nad nac heb rhwng rwan nawr
rwyt wyt ydy ydi yw dyma dyna pob bob rhaid eisiau isio eto felly achos oherwydd beth pwy ble lle
pryd sut pam na oes sgen gen gennyf gennych rydym rydych maen ydyn maent fyddai wnaeth wneud gwneud
dylai dylid gall gallai ga gaf cawn caiff hwnnw hynny honno yma yna rhai pawb neb unrhyw ynglyn
gafodd aeth daeth nhw nhwthau ryw sa shwt wi mewn hwnna tu
"""
_ENGLISH_WORDS = """
the and of to is that you for with was be this have are not it on we my your from by as or if our
would will they their been has had were which there what about when can could should who but she
his her him them me please thank thanks regards
"""
_WELSH, _ENGLISH = frozenset(_WELSH_WORDS.split()), frozenset(_ENGLISH_WORDS.split())


def language_of(words: Iterable[str]) -> str:
    """Return "cy", "en", or "" where neither leads. Words are folded, in small letters."""
    welsh = english = 0
    for word in words:
        if word in _WELSH:
            welsh += 1
        elif word in _ENGLISH:
            english += 1
    if welsh > english:
        return "cy"
    return "en" if english else ""
