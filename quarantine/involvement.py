"""Who of the body is involved in a message: who wrote it, who gets it, whom it names. Pure.

Found once, when the message is held, in what inspection read of it: subject, text, quoted text,
hidden text and attachments. Only ids are kept, never the words around them (L19). Whoever is
found may not decide (M7): a name that stands there by chance costs another reviewer's time, a
name that is missed lets someone judge a complaint about themselves. Therefore:

- anyone in the directory is found by an address of theirs or by their whole name, in any case,
  with or without accents, "Morgan, Gwen" and "Gwen E. Morgan" too;
- those to whom the message could go first, the sender's own line and the duty reviewers, also
  by first name, by title or initial and surname, and the manager by "my line manager" and its
  like. First names that are ordinary words ("Will", "Bryn") count with a capital, "Will" not as
  a question's first word, and months ("May", "Mai") never alone: or their bearers would be
  passed by for no reason.

What could not be read (a locked attachment, a picture) can name someone unseen: a reviewer who
finds that it does hands it on (quarantine/review.py), and no reason is asked.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from models.address import in_domains, parse_address
from models.finding import Inspection
from models.held import Involved, Tie
from models.mail import Mail
from models.person import Person, Role

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]{1,64}@[\w.-]{1,255}")
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WITHIN = re.compile(r"[\w,'\u2019]\s+$")  # what stands before a word inside a sentence
_AUTHORS, _ADDRESSED = ("From", "Sender"), ("To", "Cc", "Bcc")
_LONGEST_UNREAD = 1_000_000  # octets of a part that inspection gave no text of
_SHORTEST_NAME = 3  # letters of a name that is looked for alone
_TITLES = (
    *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "cllr", "councillor"),
    *("bnr", "meistr", "cyng", "cynghorydd", "gynghorydd", "chynghorydd", "parch", "athro"),
)
_MONTHS = frozenset({"may", "april", "june", "august", "mai", "ebrill", "awst", "medi", "hydref"})
_ORDINARY = frozenset(  # that also begin a sentence
    {
        *("will", "mark", "grant", "hope", "bill", "sue", "rob", "frank", "guy", "art", "rich"),
        *("don", "pat", "drew", "joy", "grace", "faith", "rose", "miles", "jack", "dawn", "non"),
    }
)
_NOUNS = frozenset(  # that a capital tells from the name
    {
        *("ivy", "penny", "sandy", "robin", "ray", "olive", "amber", "iris", "summer", "melody"),
        *("bryn", "glyn", "eira", "haf", "seren", "awel", "alaw", "enfys", "tegan", "celyn"),
        *("gwawr", "heulwen", "lili", "gwen", "llinos", "nant", "gwyn", "wyn", "llew", "arth"),
    }
)
_OF_A_PERSON = frozenset(  # after a name that begins a sentence
    {
        *("is", "was", "has", "had", "says", "said", "told", "tells", "keeps", "kept", "does"),
        *("did", "makes", "made", "wants", "asked", "never", "always", "just", "and", "s", "yn"),
        *("wedi", "oedd", "ydy", "yw", "sydd", "keeps", "shouted", "called", "refuses", "refused"),
    }
)
_MANAGER = (
    *("my manager", "my line manager", "my boss", "my supervisor", "my head of service"),
    *("my team leader", "my headteacher", "our manager", "our line manager", "our boss"),
    *("fy rheolwr", "fy rheolwraig", "fy mos", "fy mhennaeth", "fy ngoruchwyliwr"),
    *("ein rheolwr", "ein rheolwraig", "ein bos", "ein pennaeth", "fy arweinydd tim"),
    *("m rheolwr", "m rheolwraig", "m pennaeth"),
)


class _Way(Enum):
    """How a form must stand in the text to count."""

    ANY = auto()
    CAPITALS = auto()  # each word with a capital: "A Price" is a person, "a price" is not
    WITHIN = auto()  # with a capital, inside a sentence or before what a person does


@dataclass(frozen=True, slots=True)
class _Form:
    """One way of naming one person."""

    words: tuple[str, ...]
    person: str
    way: _Way = _Way.ANY
    gap: bool = False  # one more word may stand after the first: a middle name


def involved(
    mail: Mail,
    inspection: Inspection,
    people: Mapping[str, Person],
    *,
    close: Sequence[str] = (),
    manager: str | None = None,
) -> tuple[Involved, ...]:
    """Return everyone involved, by id: who wrote it, who gets it, whom it names.

    `close` are the ids of those it could go to first, `manager` the sender's.
    """
    owners = {parse_address(each).key: one.id for one in people.values() for each in one.addresses}
    envelope = mail.envelope
    authors = {owners.get(_key(envelope.sender)), *_in_fields(mail, _AUTHORS, owners)}
    addressed = {owners.get(_key(each)) for each in envelope.addresses}
    addressed |= _in_fields(mail, _ADDRESSED, owners)
    forms = _by_first_word(_forms(people, close, manager))
    named: set[str | None] = set()
    for text in _texts(mail, inspection):
        plain = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
        named |= {owners.get(_key(each)) for each in _ADDRESS.findall(plain)}
        named |= set(_named(plain, forms))
    found = ((Tie.AUTHOR, authors), (Tie.RECIPIENT, addressed), (Tie.NAMED, named - authors))
    return tuple(
        Involved(person=each, tie=tie)
        for tie, ids in found
        for each in sorted(one for one in ids if one is not None)
    )


def is_apart(mail: Mail, people: Mapping[str, Person], protected: frozenset[str]) -> bool:
    """Tell whether the sender's own line is kept out: it goes to HR, or to a protected address.

    `protected` are the addresses and domains whose mail passes unread when it goes to them
    alone: unions, regulators, occupational health.
    """
    hr = {
        parse_address(each).key
        for one in people.values()
        if Role.HR in one.roles
        for each in one.addresses
    }
    return any(
        _key(each) in hr | protected or in_domains(parse_address(each).domain, protected)
        for each in mail.envelope.addresses
    )


def _key(address: str) -> str:
    return parse_address(address.strip(".")).key


def _in_fields(mail: Mail, names: Sequence[str], owners: Mapping[str, str]) -> set[str | None]:
    values = [value for each in names for value in mail.message.values(each)]
    return {owners.get(_key(each)) for value in values for each in _ADDRESS.findall(value)}


def _texts(mail: Mail, inspection: Inspection) -> Iterator[str]:
    """What was read; of a message that broke its inspection, its plain parts as they are."""
    yield from mail.message.values("Subject")
    for text in inspection.texts:
        yield text.content
    if not inspection.texts:
        for part in mail.message.parts:
            if part.content_type.startswith("text/"):
                yield part.payload[:_LONGEST_UNREAD].decode("utf-8", "replace")


def _named(plain: str, forms: Mapping[str, Sequence[_Form]]) -> Iterator[str]:
    """Ids of those whom a text without accents names."""
    found = [(match.group(), match.start()) for match in _WORD.finditer(plain)]
    folded = [word.casefold() for word, _ in found]
    for index, word in enumerate(folded):
        for form in forms.get(word, ()):
            if not _stands(form, folded, index):
                continue
            raw, start = found[index]
            capitals = raw[0].isupper() and found[index + len(form.words) - 1][0][0].isupper()
            within = bool(
                _WITHIN.search(plain[max(0, start - 3) : start])
                or set(folded[index + 1 : index + 2]) & _OF_A_PERSON
            )
            if form.way is _Way.ANY or (capitals and (form.way is _Way.CAPITALS or within)):
                yield form.person


def _stands(form: _Form, folded: Sequence[str], index: int) -> bool:
    rest = form.words[1:]
    if tuple(folded[index + 1 : index + 1 + len(rest)]) == rest:
        return True
    return form.gap and tuple(folded[index + 2 : index + 2 + len(rest)]) == rest


def _by_first_word(forms: Iterator[_Form]) -> dict[str, list[_Form]]:
    sorted_out: dict[str, list[_Form]] = {}
    for form in dict.fromkeys(forms):
        sorted_out.setdefault(form.words[0], []).append(form)
    return sorted_out


def _forms(
    people: Mapping[str, Person], close: Sequence[str], manager: str | None
) -> Iterator[_Form]:
    """Every form to look for."""
    for person in people.values():
        name = _words(person.name)
        if len(name) == 1:
            yield from _alone(name[0], person.id)
        elif name:
            yield _Form(name, person.id)
            yield _Form((name[0], name[-1]), person.id, gap=True)
            yield _Form((*name[1:], name[0]), person.id)
            if person.id in close:
                yield from _alone(name[0], person.id)
                yield _Form((name[0][0], name[-1]), person.id, _Way.CAPITALS)
                for title in _TITLES:
                    yield _Form((title, name[-1]), person.id)
    if manager is not None and manager in people:
        for phrase in _MANAGER:
            yield _Form(tuple(phrase.split()), people[manager].id)


def _alone(name: str, person: str) -> Iterator[_Form]:
    """A name of one word, if it can be told from an ordinary one."""
    if len(name) >= _SHORTEST_NAME and name not in _MONTHS:
        way = _Way.CAPITALS if name in _NOUNS else _Way.ANY
        yield _Form((name,), person, _Way.WITHIN if name in _ORDINARY else way)


def _words(name: str) -> tuple[str, ...]:
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKD", name))
    return tuple(each.casefold() for each in _WORD.findall(plain))
