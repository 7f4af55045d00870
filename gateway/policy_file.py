"""TOML -> Policy, with every mistake at once: file, rule, key, what was found and expected."""

import difflib
import tomllib
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import re2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from classifiers.detectors.pattern import compile_pattern
from models.errors import SettingInvalid
from models.policy import (
    Basis,
    Bilingual,
    Clause,
    Condition,
    Exemptions,
    ExemptKind,
    ExemptRoute,
    Ground,
    Justification,
    LawfulBasis,
    PhraseList,
    Policy,
    ReferencePattern,
    Rule,
    UnknownSenders,
)
from models.verdict import Disposition

DETECTORS = (
    "attachments",
    "bank-account",
    "bulk-personal-data",
    "commercial",
    "credentials",
    "date-of-birth",
    "dbs-certificate",
    "driving-licence",
    "email-list",
    "fingerprints",
    "home-address",
    "iban",
    "known-images",
    "learned",
    "learner-number",
    "marking",
    "national-insurance",
    "nhs-number",
    "own-records",
    "passport",
    "payment-card",
    "personal-mark",
    "phrases",
    "pupil-number",
    "recipients",
    "references",
    "taxpayer-reference",
    "telephone",
    "vehicle",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _disposition(value: object) -> Disposition:
    by_label = {each.label: each for each in Disposition if each > Disposition.RELAY}
    if value not in by_label:
        raise ValueError(f"one of {', '.join(by_label)}")
    return by_label[str(value)]


def _lower(value: object) -> object:
    return [str(each).lower() for each in value] if isinstance(value, list) else value


_Lower = Annotated[list[str], BeforeValidator(_lower)]
_Word = Annotated[str, Field(pattern=r"\S")]
_PROBES = ("", "\n", "Ab 12-3/x.")  # texts in which a pattern that matches nothing at all shows


def _pattern(source: str) -> str:
    try:
        compiled = compile_pattern(source)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"a pattern that RE2 can read ({reason})") from None
    if any(not found.group() for probe in _PROBES for found in compiled.finditer(probe)):
        raise ValueError("a pattern that never matches the empty string")
    return source


class _Words(_Strict):
    en: str = Field(min_length=1)
    cy: str = Field(min_length=1)

    def build(self) -> Bilingual:
        return Bilingual(en=self.en, cy=self.cy)


class _Clause(_Strict):
    number: str = Field(min_length=1)
    text: _Words


class _Condition(_Strict):
    detector: Literal[DETECTORS] | None = None  # type: ignore[valid-type]
    category: str | None = None
    score: float = Field(default=0.5, ge=0, le=1)
    count: int = Field(default=1, ge=1)
    words: Literal["any", "own"] = "any"
    recipients: Literal["any", "inside", "outside", "personal"] = "any"
    recipient_domains: _Lower = []
    senders: _Lower = []

    def build(self) -> Condition:
        values = self.model_dump()
        for key in ("recipient_domains", "senders"):
            values[key] = frozenset(values[key])
        return Condition(**values)


_CLOSED = {
    "consent": "staff cannot freely consent to their employer (UK GDPR recital 43)",
    "legitimate-interests": "it is closed to public bodies in their tasks (UK GDPR article 6(1))",
}


def _basis(value: object) -> object:
    if value in _CLOSED:
        raise ValueError(f"public-task or legal-duty: {_CLOSED[str(value)]}")
    return value


class _SharedPapers(_Strict):
    """What the rules of one policy usually have in common; each may have its own."""

    assessment: str | None = None
    basis: Annotated[Basis | None, BeforeValidator(_basis)] = None
    special_category: str | None = None
    offences: str | None = None
    policy_document: str | None = None
    high_risk: bool | None = None
    consulted: str | None = None


class _Papers(_SharedPapers):
    ground: Ground | None = None
    purpose: str | None = None
    notice: date | None = None
    review: date | None = None
    ends: date | None = None


class _Rule(_Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    clause: str
    title: _Words
    when: list[_Condition] = Field(min_length=1)
    unless: list[_Condition] = []
    then: Annotated[Disposition, BeforeValidator(_disposition)]
    milder: str | None = None
    marked_personal: bool | None = None
    narrow: bool | None = None
    papers: _Papers = _Papers()

    def build(self, shared: _SharedPapers) -> Rule:
        return Rule(
            id=self.id,
            clause=self.clause,
            title=self.title.build(),
            when=tuple(each.build() for each in self.when),
            unless=tuple(each.build() for each in self.unless),
            then=self.then,
            milder=self.milder,
            marked_personal=self.marked_personal,
            narrow=self.narrow,
            papers=Justification(
                **shared.model_dump(exclude_none=True) | self.papers.model_dump(exclude_none=True)
            ),
        )


class _Phrases(_Strict):
    name: str = Field(min_length=1)
    score: float = Field(default=0.8, ge=0, le=1)
    en: list[str] = []
    cy: list[str] = []


class _Reference(_Strict):
    name: str = Field(min_length=1)
    pattern: Annotated[str, AfterValidator(_pattern)] = Field(max_length=1000)
    en: list[_Word] = []
    cy: list[_Word] = []
    score: float = Field(default=0.9, ge=0, le=1)
    alone: float = Field(default=0.3, ge=0, le=1)

    def build(self) -> ReferencePattern:
        return ReferencePattern(
            name=self.name,
            pattern=self.pattern,
            words=(*self.en, *self.cy),
            score=self.score,
            alone=self.alone,
        )


class _LawfulBasis(_Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    en: _Word
    cy: _Word
    reference: _Word

    def build(self) -> LawfulBasis:
        words = Bilingual(en=self.en, cy=self.cy)
        return LawfulBasis(id=self.id, text=words, reference=self.reference)


class _Exempt(_Strict):
    kind: ExemptKind
    senders: _Lower = []
    recipients: _Lower = []


class _File(_Strict):
    version: str
    domains: _Lower = Field(min_length=1)
    personal_domains: _Lower = []
    consent: str | None = None
    many_recipients: int = Field(default=20, ge=2)
    unknown_senders: UnknownSenders = UnknownSenders.WHEN_ALL_TOLD
    exempt: list[_Exempt] = []
    papers: _SharedPapers = _SharedPapers()
    lawful_bases: list[_LawfulBasis] = []
    clauses: list[_Clause] = Field(min_length=1)
    phrases: list[_Phrases] = []
    references: list[_Reference] = []
    rules: list[_Rule] = []


def load_policy(path: Path) -> Policy:
    """Read a policy file. Raises SettingInvalid with every mistake, a line each."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingInvalid(f"{path}: cannot be read: {error.strerror}") from None
    return parse_policy(raw, str(path))


def parse_policy(raw: bytes, name: str) -> Policy:
    """Read a policy from its bytes; `name` stands in the errors. Raises SettingInvalid."""
    try:
        tree = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{name}: is not TOML: {error}") from None
    try:
        file = _File.model_validate(tree)
    except ValidationError as error:
        raise SettingInvalid(
            "\n".join(explain(each, tree, name, _File) for each in error.errors())
        ) from None
    if mistakes := _contradictions(file):
        raise SettingInvalid("\n".join(f"{name}: {each}" for each in mistakes))
    return Policy(
        version=file.version,
        digest=sha256(raw).hexdigest(),
        domains=frozenset(file.domains),
        personal_domains=frozenset(file.personal_domains),
        consent=(file.consent or "").strip() or None,
        clauses=tuple(Clause(number=each.number, text=each.text.build()) for each in file.clauses),
        rules=tuple(each.build(file.papers) for each in file.rules),
        phrases=tuple(
            PhraseList(name=each.name, score=each.score, phrases=(*each.en, *each.cy))
            for each in file.phrases
        ),
        references=tuple(each.build() for each in file.references),
        exempt=_exemptions(file.exempt),
        unknown_senders=file.unknown_senders,
        lawful_bases=tuple(each.build() for each in file.lawful_bases),
        many_recipients=file.many_recipients,
    )


def _exemptions(given: Sequence[_Exempt]) -> Exemptions:
    routes = tuple(
        ExemptRoute(
            kind=each.kind,
            senders=frozenset(each.senders),
            recipients=frozenset(each.recipients),
        )
        for each in given
    )
    return Exemptions(
        senders=frozenset().union(*(each.senders for each in routes)),
        recipients=frozenset().union(*(each.recipients for each in routes)),
        routes=routes,
    )


def _contradictions(file: _File) -> list[str]:
    """What no single key shows: rules naming what is not there, and names used twice."""
    mistakes: list[str] = []
    clauses = [each.number for each in file.clauses]
    named = {
        "phrases": ("phrase list", [each.name for each in file.phrases]),
        "references": ("reference", [each.name for each in file.references]),
    }
    for what, names in (
        ("clause", clauses),
        *named.values(),
        ("rule", [each.id for each in file.rules]),
        ("lawful basis", [each.id for each in file.lawful_bases]),
    ):
        mistakes += [
            f'{what} "{name}" stands twice; give each a name of its own'
            for name in sorted(set(names))
            if names.count(name) > 1
        ]
    for rule in file.rules:
        if rule.clause not in clauses:
            mistakes.append(
                f'rule "{rule.id}": clause is "{rule.clause}"; expected the number of a clause'
                f" in this file{_did_you_mean(rule.clause, clauses)}"
            )
        for condition in (*rule.when, *rule.unless):
            what, names = named.get(condition.detector or "", ("", []))
            if what and condition.category not in (None, *names):
                mistakes.append(
                    f'rule "{rule.id}": category is "{condition.category}"; expected the name of'
                    f" a {what}{_did_you_mean(str(condition.category), names)}"
                )
    return mistakes


def explain(error: Any, tree: Any, name: str, root: type[BaseModel]) -> str:
    """Turn one of pydantic's errors into the house's sentence: where, found, expected."""
    where: list[str] = []
    node = tree
    for key in error["loc"]:
        if isinstance(key, int):
            node = node[key] if isinstance(node, list) and key < len(node) else None
            label = (
                node.get("id") or node.get("number") or node.get("name")
                if isinstance(node, dict)
                else None
            )
            where[-1:] = [f"{where[-1]}[{key + 1}]" + (f' "{label}"' if label else "")]
        elif isinstance(key, str) and "[" not in key:
            where.append(key)
            node = node.get(key) if isinstance(node, dict) else None
    place = ".".join(where)
    match error["type"]:
        case "extra_forbidden":
            return f"{name}: {place}: unknown key{_did_you_mean(where[-1], _known_keys(root))}"
        case "missing":
            return f"{name}: {place}: is missing"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{name}: {place} is {_shown(error['input'])}; expected {message}"


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - one line of a terminal


def _known_keys(root: type[BaseModel]) -> list[str]:
    models: list[type[BaseModel]] = [root]
    for model in models:
        for each in model.model_fields.values():
            models += [
                found
                for found in _Strict.__subclasses__()
                if found not in models and found.__name__ in str(each.annotation)
            ]
    return sorted({key for model in models for key in model.model_fields})


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
