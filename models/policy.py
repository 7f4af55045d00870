"""The policy: clauses in two languages, rules that look for what they name, and each rule's papers.

A rule without its papers, all present and in date, only watches (promise 7; L3 to L16).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.verdict import Disposition


class Ground(StrEnum):
    """The grounds of regulation 3(2) of the 2018 Regulations (SI 2018/356), in our words (L4)."""

    FACTS = "facts"  # establish the existence of facts
    COMPLIANCE = "compliance"  # check compliance with regulatory or self-regulatory practice
    STANDARDS = "standards"  # show the standards achieved by users
    CRIME = "crime"  # prevent or detect crime
    UNAUTHORISED_USE = "unauthorised-use"  # find unauthorised use of the system
    OPERATION = "operation"  # keep the system working


class Basis(StrEnum):
    """The bases of Article 6(1) of the UK GDPR that are open to a public body's tasks (L11)."""

    PUBLIC_TASK = "public-task"  # 6(1)(e)
    LEGAL_DUTY = "legal-duty"  # 6(1)(c)


class ExemptKind(StrEnum):
    """Whose mail passes unread, and why staff may be sure of it (L20, L59)."""

    UNION = "union"
    OCCUPATIONAL_HEALTH = "occupational-health"
    EMPLOYEE_SUPPORT = "employee-support"
    WHISTLEBLOWING = "whistleblowing"  # the body's own line, and prescribed persons
    LEGAL_ADVISER = "legal-adviser"
    DOCTOR = "doctor"
    REGULATOR = "regulator"
    MEMBER_OF_PARLIAMENT = "member-of-parliament"  # and of the Senedd
    COUNCILLOR = "councillor"  # casework
    PROTECTION_OFFICER = "protection-officer"


class UnknownSenders(StrEnum):
    """What holds for an address that is in nobody's entry, such as a shared mailbox (L7)."""

    WHEN_ALL_TOLD = "when-all-told"  # rules apply once everyone in the directory was told
    APPLY = "apply"  # the controller's statement says that its users were told
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """One sentence in both languages, of equal standing."""

    en: str
    cy: str

    def in_language(self, language: str) -> str:
        """The sentence in "cy" or "en"."""
        return self.cy if language == "cy" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One numbered clause of the body's policy."""

    number: str  # "4.2"
    text: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """A rule's papers. None means missing, which lint explains."""

    ground: Ground | None = None
    purpose: str | None = None  # why this rule is necessary, in plain words (L13)
    assessment: str | None = None  # reference and version of the impact assessment (L9)
    notice: date | None = None  # staff were told with effect from this day (L26)
    review: date | None = None  # the assessment is good until this day (L9)
    ends: date | None = None  # the rule's own sunset (L16)
    basis: Basis | None = None
    special_category: str | None = None  # condition for such data, or why none is likely (L11)
    offences: str | None = None  # the same of data about offences
    policy_document: str | None = None  # the appropriate policy document (DPA 2018 Sch 1 Part 4)
    high_risk: bool = False  # the assessment left a high risk: Article 36 applies (L10)
    consulted: str | None = None  # then: the Commissioner's answer, by reference and date


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test of a rule, for one recipient. Every key given must hold."""

    detector: str | None = None
    category: str | None = None
    score: float = 0.5  # at least this sure
    count: int = 1  # at least this many such findings, distinct by excerpt
    words: str = "any"  # "own": only in the sender's own words
    recipients: str = "any"  # "any", "inside", "outside" or "personal"
    recipient_domains: frozenset[str] = frozenset()  # and their subdomains; empty: any
    senders: frozenset[str] = frozenset()  # addresses or domains; empty: any


_NEEDED = (
    "ground",
    "purpose",
    "assessment",
    "notice",
    "review",
    "ends",
    "basis",
    "special_category",
    "offences",
    "policy_document",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is looked for and what follows; `when` and `unless` hold if any condition does."""

    id: str
    clause: str
    title: Bilingual  # what was found, in words for the sender and the reviewer
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...] = ()
    then: Disposition
    milder: str | None = None  # why a milder outcome would not do (L15); asked from HOLD upwards
    marked_personal: bool | None = None  # whether it may hold mail that its sender marked so
    narrow: bool | None = None  # whether it finds health, union, belief, sexual life or offences
    papers: Justification = Justification()

    @property
    def reaches_personal(self) -> bool:
        """Whether it may hold mail marked personal (L21): if it says so, or keeps the system safe.

        A rule against leaks says so; a rule on conduct must not.
        """
        if self.marked_personal is None:
            return self.papers.ground is Ground.OPERATION
        return self.marked_personal

    def missing(self, on: date) -> tuple[str, ...]:
        """Names of the papers that are missing or out of date on a day; empty if it may enforce.

        A paper out of date is named with what is wrong: "review: passed", "notice: not yet".
        """
        papers = self.papers
        absent = [name for name in _NEEDED if not getattr(papers, name)]
        if papers.high_risk and not papers.consulted:
            absent.append("consulted")
        if self.then >= Disposition.HOLD and not self.milder:
            absent.append("milder")
        if papers.notice and papers.notice > on:
            absent.append("notice: not yet")
        absent += [
            f"{name}: passed"
            for name in ("review", "ends")
            if (last_day := getattr(papers, name)) and last_day < on
        ]
        return tuple(absent)

    def enforceable(self, on: date) -> bool:
        """Tell whether the rule may do more than watch on this day."""
        return not self.missing(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseList:
    """Words and phrases of the body's own; early warning, never alone a verdict."""

    name: str  # the category of what it finds
    score: float
    phrases: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePattern:
    """The shape of one of the body's own references, such as a council tax account."""

    name: str  # the category of what it finds
    pattern: str = field(repr=False)  # RE2, any case
    words: tuple[str, ...] = field(default=(), repr=False)  # that stand near it, in both languages
    score: float = 0.9  # with a word nearby
    alone: float = 0.3  # without


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptRoute:
    """One kind of mail that is passed unread: addresses or domains, lower case (L20, L59)."""

    kind: ExemptKind
    senders: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemptions:
    """All such routes, and their addresses together, as mail is compared with them."""

    senders: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    routes: tuple[ExemptRoute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulBasis:
    """One entry of the body's register: on what basis HR may investigate (UK GDPR Art 6, 9, 10)."""

    id: str
    text: Bilingual  # the basis and its condition, in plain words
    reference: str  # to the impact assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything in one policy file."""

    version: str
    digest: str  # SHA-256 of the file's bytes, hexadecimal
    domains: frozenset[str]  # the body's own domains, lower case
    personal_domains: frozenset[str] = frozenset()  # webmail
    consent: str | None = None  # the system controller's signed statement (L3)
    clauses: tuple[Clause, ...]
    rules: tuple[Rule, ...]
    phrases: tuple[PhraseList, ...] = ()
    references: tuple[ReferencePattern, ...] = ()
    exempt: Exemptions = Exemptions()
    unknown_senders: UnknownSenders = UnknownSenders.WHEN_ALL_TOLD
    lawful_bases: tuple[LawfulBasis, ...] = ()
    many_recipients: int = 20  # visible outside recipients that count as many

    def clause(self, number: str) -> Clause | None:
        """The clause of that number, or None if this version of the policy has none."""
        return next((each for each in self.clauses if each.number == number), None)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None if this version of the policy has none."""
        return next((each for each in self.rules if each.id == rule_id), None)
