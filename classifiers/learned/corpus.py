"""Our own labelled writing: seeds, each a bad mail and its clean twin, by several writers.

The files are in corpus/, one a writer and theme; their name begins with the language. A seed may
have slots for names and figures; each of its variants fills them otherwise. All texts of one seed
share a group, so that no split can have a seed on both sides. corpus/DATASHEET.md says more.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from classifiers.learned.sample import CATEGORIES, Sample
from models.errors import SettingInvalid

FOLDER = Path(__file__).with_name("corpus")

KINDS = {
    "abusive": (
        *("threat", "sexual-harassment", "bullying", "derogatory", "discriminatory"),
        *("obscene", "defamatory", "veiled", "coercion"),
    ),
    "confidential": (
        *("hr-disciplinary", "hr-sickness", "hr-pay", "legal-advice", "safeguarding-child"),
        *("safeguarding-adult", "social-care", "housing", "pupil", "health", "personal-data"),
        *("complainant", "exempt-report", "investigation"),
    ),
    "commercial": (
        *("bid-price", "evaluation", "tip-off", "collusion", "contract-terms", "negotiation"),
        *("unpublished", "trade-secret", "inducement"),
    ),
}
CLEAN_KINDS = (
    *("policy-text", "training", "report", "quoted", "victim", "published", "own-details"),
    *("disagreement", "banter", "dialect", "false-friend", "ordinary", "group-mention", "buying"),
    *("legal-ordinary", "medical-ordinary", "denial", "thanks"),
)
_TOLD = frozenset({"report", "victim", "quoted"})

_SLOT = re.compile(r"\{([a-z]+2?)\}")
_FILLINGS: dict[str, tuple[str, ...]] = {
    "first": (
        *("Siân", "Gareth", "Aisha", "Megan", "Tomasz", "Carys", "Dewi", "Priya", "Huw", "Lowri"),
        *("Kwame", "Nia", "Callum", "Zofia", "Rhodri", "Leanne", "Imran", "Bethan", "Marek"),
        *("Ffion", "Owen", "Grace", "Yusuf", "Catrin", "Liam", "Elin", "Darren", "Mali", "Joseph"),
    ),
    "surname": (
        *("Morgan", "Rees", "Okafor", "Pritchard", "Begum", "Kowalski", "Lloyd", "Hughes"),
        *("Vaughan", "Ahmed", "Parry", "Bevan", "Nowak", "Thomas", "Griffiths", "Silva", "Jenkins"),
        *("Roberts", "Mensah", "Probert", "Cadwaladr", "Sharma", "Ellis", "Powell", "Watkins"),
    ),
    "date": (
        *("3 March", "12 June", "Tuesday", "next Friday", "21 October", "the 14th", "9/5/2024"),
        *("Monday week", "30 November", "this afternoon", "18 January 2023"),
    ),
    "amount": (
        *("£1,250", "£84,300", "£412k", "£2.3m", "£640", "£17,995", "£128,000", "£3,480", "£55k"),
        *("£9,750", "£1.15m", "£236,400"),
    ),
    "ref": (
        *("HS/2291/24", "C-10472", "24/00817/FUL", "CASE 55120", "REF 8841", "T/2023/118"),
        *("ENQ-77310", "DC/0463", "WCC-3392", "PO 104418"),
    ),
    "company": (
        *("Brynteg Construction", "Afon Facilities", "Penllyn Travel", "Castell Catering"),
        *("Harbour IT", "Gwaun Groundworks", "Meridian Supply", "Llan Coaches", "Teifi Care"),
        *("Northgate Roofing", "Oakfield Cleaning", "Cambrian Surfacing"),
    ),
    "place": (
        *("Aberdare", "Llanelli", "Rhyl", "Bangor", "Newtown", "Ammanford", "Ebbw Vale", "Barry"),
        *("Caernarfon", "Cardigan", "Wrexham", "Tredegar", "Pontypool", "Milford Haven"),
    ),
    "street": (
        *("Mill Street", "Heol y Bryn", "Station Road", "Chapel Row", "Maes Glas", "Park Terrace"),
        *("Victoria Avenue", "Ffordd y Parc", "Church Lane", "Queen Street"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A bad mail and its clean twin."""

    id: str
    writer: str
    language: str
    category: str
    kind: str
    bad: str = field(repr=False)
    clean_kind: str
    clean: str = field(repr=False)


def seeds(folder: Path = FOLDER) -> tuple[Seed, ...]:
    """Every seed, in the order of file names and of the files."""
    return tuple(
        Seed(
            id=f"{path.stem}-{number:04}",
            writer=path.stem,
            language=path.stem[:2],
            category=each["class"],
            kind=each["kind"],
            bad=each["bad"].strip(),
            clean_kind=each["clean_kind"],
            clean=each["clean"].strip(),
        )
        for path in sorted(folder.glob("[ce][yn]-*.toml"))
        if not path.stem.endswith("-ordinary")
        for number, each in enumerate(_read(path, "seed"), 1)
    )


def own_samples(folder: Path = FOLDER, *, most: int, seed: int) -> tuple[Sample, ...]:
    """Every text of our corpus; the variants of a seed weigh as much as one without slots."""
    out = []
    for each in seeds(folder):
        filled_in = list(variants(each, most, _choosing(seed, each.id)))
        out += [replace(one, weight=2 / len(filled_in)) for one in filled_in]
    return (*out, *ordinary(folder, seed))


def _choosing(seed: int, of: str) -> random.Random:
    """Chance that is the same for one text whatever stands beside it."""
    return random.Random(f"{seed}/{of}")  # noqa: S311 - repeatable, no secret


def ordinary(folder: Path, seed: int) -> Iterator[Sample]:
    """Clean mails of ours, which have no twin: what must pass, and what a bad one hides in."""
    for path in sorted(folder.glob("??-ordinary.toml")):
        for number, each in enumerate(_read(path, "mail"), 1):
            choose = _choosing(seed, f"{path.stem}-{number}")
            filling = {name: choose.sample(given, 2) for name, given in _FILLINGS.items()}
            yield Sample(
                text=filled(each["text"].strip(), filling),
                language=path.stem[:2],
                labels=(0.0,) * len(CATEGORIES),
                source="own mail",
                group=f"{path.stem}-{number:04}",
                writer=path.stem,
                kind="email",
            )


def variants(seed: Seed, most: int, choose: random.Random) -> Iterator[Sample]:
    """Yield the seed and its twin, each filled at most so many times; once if it has no slots.

    A clean twin is clean of all: 0 in every category; but who tells of abuse may tell private
    matters with it. A bad one is known in its own category alone, except that confidential and
    commercial matter by itself abuses nobody.
    """
    times = most if _SLOT.search(seed.bad + seed.clean) else 1
    for _ in range(times):
        filling = {name: choose.sample(given, 2) for name, given in _FILLINGS.items()}
        for text, bad in ((seed.bad, True), (seed.clean, False)):
            yield Sample(
                text=filled(text, filling),
                language=seed.language,
                labels=_labels(seed) if bad else _clean_labels(seed),
                source="own",
                group=seed.id,
                writer=seed.writer,
                kind=seed.kind if bad else seed.clean_kind,
                seed_kind=seed.kind,
            )


def filled(text: str, filling: dict[str, list[str]]) -> str:
    """Fill the slots: {first} with the first of the names given, {first2} with the second."""

    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        return filling[name.removesuffix("2")][name.endswith("2")]

    return _SLOT.sub(fill, text)


def _labels(seed: Seed) -> tuple[float | None, ...]:
    return tuple(
        1.0 if each == seed.category else 0.0 if each == "abusive" else None for each in CATEGORIES
    )


def _clean_labels(seed: Seed) -> tuple[float | None, ...]:
    untold = seed.category == "abusive" and seed.clean_kind in _TOLD
    return tuple(None if untold and each == "confidential" else 0.0 for each in CATEGORIES)


def _read(path: Path, table: str) -> list[dict[str, str]]:
    """The tables of one corpus file. Raises SettingInvalid."""
    try:
        tables: list[dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise SettingInvalid(f"{path}: {error}; expected tables [[{table}]]") from None
    return tables
