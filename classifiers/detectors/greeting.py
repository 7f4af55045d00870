"""Who a mail greets, and whether a name and an address may be theirs; in English and Welsh."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.detectors.near_miss import one_off, swapped
from classifiers.detectors.pattern import compile_pattern
from classifiers.text.folding import fold

_GREETING = compile_pattern(
    r"^(?:[^\n]*\n){0,4}?[ \t]*"
    r"(?i:dear|hello|hi|hiya|hey|good (?:morning|afternoon|evening)|annwyl|helo|hei|haia"
    r"|shwmae|s'?mae|bore da|prynhawn da|p'nawn da|noswaith dda)[ \t,]+"
    r"([A-Z][a-z'-]+\.?(?:[ \t]+(?:(?:and|a|ac|&)[ \t]+)?[A-Z][A-Za-z'-]*\.?){0,4})"
    r"[ \t]*(?:[,.:;!\n-]|$)",
    case=True,
)
_TITLE_WORDS = """
    mr mrs ms miss mx dr doctor prof professor sir dame rev reverend parch parchedig cllr
    councillor cyng cynghorydd and a ac
"""
# words that name a part people play, or a shared mailbox, not a person
_ROLE_WORDS = """
    all bawb pawb both everyone everybody folks team tim colleague colleagues cydweithiwr
    cydweithwyr friend friends cyfaill cyfeillion ffrindiau ladies gentlemen sir madam syr fadam
    foneddigion parent parents guardian guardians carer carers rieni riant rhieni gofalwyr
    resident residents preswylydd preswylwyr trigolion customer customers cwsmer cwsmeriaid
    applicant applicants ymgeisydd ymgeiswyr member members aelod aelodau councillors cynghorwyr
    headteacher head headteachers pennaeth penaethiaid teacher teachers athro athrawon governor
    governors llywodraethwyr staff chair chairman chairperson cadeirydd clerk clerc editor
    golygydd minister gweinidog secretary ysgrifennydd manager rheolwr director cyfarwyddwr
    officer swyddog officers swyddogion tenant tenants tenantiaid supplier suppliers cyflenwr
    cyflenwyr partner partners subscriber reader readers there again office swyddfa admin
    enquiries ymholiadau info information post mail contact support help helpdesk service
    services gwasanaeth gwasanaethau department adran council cyngor committee pwyllgor school
    ysgol planning cynllunio housing legal hr finance accounts payroll sales reception news
    newsletter noreply reply bookings marketing press media ltd limited plc llp group company
    cwmni university prifysgol college coleg trust association society club bank surgery health
    board bwrdd webmaster list user users hiring sirs morning afternoon evening dda santa happy
    new year nadolig llawen blwyddyn newydd merry christmas people pobl president llywydd
    ambassador madame judge barnwr investor investors student students myfyriwr myfyrwyr pupil
    pupils disgybl disgyblion volunteer volunteers gwirfoddolwyr neighbour neighbours cymydog
    cymdogion delegate delegates speaker llefarydd candidate candidates landlord landlords
    landlordiaid owner owners occupier occupiers perchennog perchnogion meddiannydd licensee
    trwyddedai claimant hawlydd taxpayer
"""
# how a Welsh word begins after "Annwyl": cyfeillion, gyfeillion
_SOFTENED = (
    *(("ll", "l"), ("rh", "r"), ("c", "g"), ("p", "b"), ("t", "d")),
    *(("g", ""), ("b", "f"), ("d", "dd"), ("m", "f")),
)


def _softened(word: str) -> str:
    start, soft = next((each for each in _SOFTENED if word.startswith(each[0])), ("", ""))
    return soft + word.removeprefix(start)


_TITLES, _ROLES = (
    frozenset({*words, *map(_softened, words)})
    for words in (_TITLE_WORDS.split(), _ROLE_WORDS.split())
)
_SHORT_FORMS = tuple(
    frozenset(each.split())
    for each in (
        "alexander alex alec sandy alasdair",
        "alexandra alex sandra sandy lexi",
        "andrew andy drew andras",
        "anthony antony tony",
        "catherine katherine kathryn catrin cathy kathy kate katie cat kath cadi cati",
        "charles charlie chuck siarl",
        "christina christine chris tina",
        "christopher chris kit topher",
        "daniel dan danny",
        "david dafydd dai dave davy dewi deian",
        "deborah debbie deb",
        "dorothy dot dottie",
        "edward ed eddie ted teddy ned iorwerth",
        "eleanor elinor ellie nell nora elin",
        "elizabeth elisabeth liz lizzie beth betty eliza lisa bethan betsan leisa libby",
        "evan ieuan ianto ifan iwan",
        "francis frank fran",
        "george siors sior",
        "gerald gerry jerry gerallt",
        "gwenllian gwen gwenno llio",
        "gwendoline gwen wendy",
        "harold harry hal",
        "henry harry hal hari harri",
        "hugh huw hughie",
        "jacqueline jackie jacqui",
        "james jim jimmy jamie iago",
        "janet jan siân sian",
        "jennifer jen jenny",
        "john jack johnny ioan sion jon ieuan siencyn",
        "jonathan jon jonny",
        "joseph joe joey",
        "judith judy jude",
        "lawrence laurence larry laurie",
        "llewelyn llew lyn",
        "margaret maggie meg peggy marged mags megan madge greta",
        "mary mair mari molly polly may",
        "matthew matt mathew mathonwy",
        "michael mike mick mickey meic mihangel",
        "myfanwy myf fanw",
        "nicholas nick nicky nico",
        "nicola nicky nikki",
        "pamela pam",
        "patricia pat tricia trish patsy paddy",
        "patrick pat paddy padrig",
        "peter pete pedr",
        "philip phillip phil",
        "rebecca becky bec beca",
        "rhiannon rhi non",
        "richard rick ricky dick rich rhisiart",
        "robert bob rob bobby robbie robin",
        "samantha sam sammy",
        "samuel sam sammy",
        "stephen steven steve stephan steffan ste",
        "susan sue susie suzanne",
        "theresa teresa terry tess",
        "thomas tom tommy tomos twm",
        "timothy tim",
        "victoria vicky vicki tori",
        "walter walt wally gwallter",
        "william bill will billy liam willie gwilym wil wiliam",
    )
)
_PREFIX = 3  # letters that a short form shares with the long one
_FORGIVING = 5  # letters from which one may be wrong


@dataclass(frozen=True, slots=True)
class Names:
    """The words of one person's display name and mailbox, folded, lower case."""

    display: tuple[str, ...]
    local: tuple[str, ...]

    @property
    def personal(self) -> bool:
        """Whether it is known who this is: two names or more, none of them a role."""
        together = {*self.display, *self.local}
        full = [each for each in (self.display, self.local) if _full(each)]
        return bool(full) and together.isdisjoint(_ROLES)


def names_of(display: str, local: str) -> Names:
    """The words of a display name and of a mailbox's name."""
    return Names(_words(display), _words(local.partition("+")[0]))


def _full(words: tuple[str, ...]) -> bool:
    return sum(len(each) > 1 for each in words) > 1


def _words(text: str) -> tuple[str, ...]:
    folded = fold(text).text.lower().replace("'", "")
    apart = "".join(each if each.isalpha() else " " for each in folded)
    return tuple(each for each in apart.split() if each not in _TITLES)


def greeted(own: str) -> tuple[int, int, tuple[str, ...]] | None:
    """Start, end and names of who is greeted in the opening of a mail, folded.

    None if nobody is, or everybody.
    """
    found = _GREETING.search(own)
    if found is None:
        return None
    names = _words(found.group(1))
    if not names or not _ROLES.isdisjoint(names) or any(len(each) < 2 for each in names):  # noqa: PLR2004
        return None
    return found.start(1), found.end(1), names


def may_be(names: Sequence[str], person: Names) -> bool:
    """Tell whether any of some names may be a person's."""
    theirs = {*person.display, *person.local}
    return any(_alike(name, each) for name in names for each in theirs)


def _alike(name: str, theirs: str) -> bool:
    if name == theirs or (len(theirs) <= 2 and theirs[0] == name[0]):  # noqa: PLR2004 - initials
        return True
    if min(len(name), len(theirs)) >= _PREFIX and (
        name[:_PREFIX] == theirs[:_PREFIX] or name in theirs
    ):
        return True
    if any(name in each and theirs in each for each in _SHORT_FORMS):
        return True
    return min(len(name), len(theirs)) >= _FORGIVING and one_off(name, theirs)


def same_person(one: Names, other: Names) -> bool:
    """Tell whether a mailbox seems to belong to the person who has another.

    By the whole of the mailbox's name, by first and last name in it, or by one and an initial.
    """
    given, own = "".join(other.local), "".join(one.local)
    if len(given) >= _FORGIVING and given == own:
        return True
    if _full(one.display) and set(one.display) == set(other.display):
        return True
    for words in (one.display, one.local):
        if _full(words):
            first, last = words[0], words[-1]
            if min(len(first), len(last)) >= _PREFIX and first in given and last in given:
                return True
            if given in (first[0] + last, last + first[0], first + last[0], last[0] + first):
                return True
    return False


def misspelt(person: Names) -> str:
    """How a mailbox's name would be if it were spelt as the display name is; "" if it is."""
    given = "".join(person.local)
    words = person.display
    if not _full(words) or not given:
        return ""
    expected = ("".join(words), "".join(reversed(words)), words[0] + words[-1])
    if given in expected:
        return ""
    return next((each for each in expected if swapped(each, given)), "")
