"""An incident sheet in words, in either language, for the page and for the command line."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from models.policy import Policy
from quarantine.console.history import decision_in_words, look_in_words
from quarantine.console.names import name_in
from quarantine.console.text import in_basic_letters, unhidden
from quarantine.console.words import mark, translations, write_size
from quarantine.dates import write_time
from quarantine.incident import COMMAND_LINE, SENDER, SOMEONE, SYSTEM, Done, Email, Outcome, Sheet
from quarantine.permissions import People

_OUTCOMES = {
    Outcome.STOPPED: mark("It was stopped before it left"),
    Outcome.BEING_SENT: mark("It is being sent: nobody is known to have it yet"),
    Outcome.LEFT: mark("It left: the next mail server accepted it"),
    Outcome.LEFT_FOR_SOME: mark("It left for some of its recipients, and not for the others"),
    Outcome.REPORTED: mark("Someone reported that they sent what they should not have"),
    Outcome.UNKNOWN: mark("Not known here: a person must say"),
}
_ACTORS = {
    SYSTEM: mark("The automatic check"),
    COMMAND_LINE: mark("Someone at the system's command line"),
    SOMEONE: mark("A reviewer"),
    SENDER: mark("The sender"),
}
_MISSING = {
    "what": mark("What happened, and what the information was"),
    "when": mark("When it happened"),
    "aware": mark("When the body became aware: 72 hours run from then"),
    "whom": mark("Who got the information, and how many they are"),
    "deleted": mark("Whether the recipient has confirmed that it was deleted"),
    "attachments": mark("How many attachments there were, and how large"),
    "others": mark("Whether others got the same email because no rule held it for them"),
    "who": mark("Which of its recipients got it"),
    "people": mark("What kinds of people it is about, and roughly how many"),
    "records": mark("What kinds of records it concerns, and roughly how many"),
    "consequences": mark("What is likely to follow from it for those people"),
    "measures": mark("What was done or is to be done about it, and against its effects"),
    "contact": mark("Who can tell more, and how they are reached"),
    "told": mark(
        "Whether the Information Commissioner and those people are told, when, and why or why not"
    ),
}


Rows = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, and rows of a label and its values."""

    title: str
    rows: Rows


class Writer:
    """Writes one sheet in one language."""

    def __init__(self, sheet: Sheet, policy: Policy, people: People, language: str) -> None:
        self.sheet = sheet
        self.policy = policy
        self.people = people
        self.language = language
        self.words = translations(language)

    def sections(self) -> tuple[Section, ...]:
        """All that is known, then what a person fills in."""
        gettext, email = self.words.gettext, self.sheet.email
        found = [Section(title=gettext("What happened"), rows=self._happened())]
        found.append(Section(title=gettext("The 72-hour clock"), rows=self._clock()))
        if email:
            found.append(Section(title=gettext("The email"), rows=self._email(email)))
            looks = tuple((self._when(each), (self._look(each),)) for each in email.looks)
            nobody = ((gettext("Nobody"), (gettext("No person is recorded as having opened it"),)),)
            found.append(Section(title=gettext("Who opened it"), rows=looks or nobody))
            acts = tuple((self._when(each), (self._act(each),)) for each in email.done)
            found.append(Section(title=gettext("What was done"), rows=acts))
        blank = (gettext("To be filled in by a person"),)
        rows = tuple((gettext(_MISSING[each]), blank) for each in self.sheet.missing)
        found.append(Section(title=gettext("What no record says"), rows=rows))
        return tuple(found)

    def _happened(self) -> Rows:
        gettext, sheet = self.words.gettext, self.sheet
        rows = [
            (
                gettext("Reference"),
                (sheet.reference or gettext("None: a breach of the system itself"),),
            ),
            (gettext("What happened"), (gettext(_OUTCOMES[sheet.outcome]),)),
        ]
        if sheet.reference:
            none = (
                gettext("Not in the directory")
                if sheet.department is None
                else gettext("No department")
            )
            rows.append((gettext("The sender's department"), (sheet.department or none,)))
        if report := sheet.report:
            nobody = gettext("Nobody: no one could be told")
            told = self._name(report.told) if report.told else nobody
            read = self._time(report.read) if report.read else gettext("Not yet")
            rows += [(gettext("Who was told"), (told,)), (gettext("They read it"), (read,))]
        return tuple(rows)

    def _clock(self) -> Rows:
        gettext, sheet = self.words.gettext, self.sheet
        unknown = gettext("Not known")
        rows = []
        if sheet.began:
            label = gettext("Reported") if sheet.report else gettext("Sent by its sender, and held")
            rows.append((label, (self._time(sheet.began),)))
        if sheet.email and sheet.email.left:
            rows.append((gettext("It left"), (self._time(sheet.email.left),)))
        aware = self._time(sheet.aware) if sheet.aware else unknown
        if sheet.aware and sheet.aware == sheet.began:
            taken = gettext("taken to be then, as no other time was given")
            aware = f"{aware} ({taken})"
        rows.append((gettext("The body became aware"), (aware,)))
        ends = unknown
        if sheet.deadline:
            ends = self._time(sheet.deadline)
            if sheet.deadline <= sheet.made:
                ends = gettext("%(at)s: they have ended") % {"at": ends}
        rows.append((gettext("The 72 hours end"), (ends,)))
        return tuple(rows)

    def _email(self, email: Email) -> Rows:
        gettext = self.words.gettext
        none = (gettext("None"),)
        rules = tuple(self._rule(each) for each in email.rules)
        if email.policy != self.policy.digest:
            rules += (gettext("The policy has changed since then. This is today's wording."),)
        counted = Counter(name_in(each, self.language) for each in email.findings)
        found = tuple(self._counted(name, count) for name, count in counted.items())
        return (
            (gettext("Recipients inside the organisation"), (str(email.inside),)),
            (gettext("Recipients outside"), (str(email.outside),)),
            (gettext("Their domains"), tuple(map(_domain, email.domains)) or none),
            (gettext("Recipients known to have got it"), (str(email.got),)),
            (gettext("Size with all that is attached"), (write_size(email.size),)),
            (gettext("What was found"), found or none),
            (gettext("Rules that held it"), rules or none),
        )

    def _counted(self, name: str, count: int) -> str:
        if count == 1:
            return name
        times = self.words.ngettext("%(num)s time", "%(num)s times", count) % {"num": count}
        return f"{name} ({times})"

    def _rule(self, rule_id: str) -> str:
        rule = self.policy.rule(rule_id)
        if rule is None:
            return rule_id
        title = f"{rule_id}: {rule.title.in_language(self.language)}"
        clause = self.policy.clause(rule.clause)
        if clause is None:
            return title
        facts = {"clause": clause.number, "sentence": clause.text.in_language(self.language)}
        return f"{title}. " + self.words.gettext("Policy %(clause)s: %(sentence)s") % facts

    def _look(self, done: Done) -> str:
        return f"{self._name(done.by)}: {self.words.gettext(look_in_words(done.entry))}"

    def _act(self, done: Done) -> str:
        return f"{self._name(done.by)}: {self.words.gettext(decision_in_words(done.entry.action))}"

    def _name(self, who: str) -> str:
        if who in _ACTORS:
            return self.words.gettext(_ACTORS[who])
        return self.people[who].name if who in self.people else who

    def _when(self, done: Done) -> str:
        return self._time(done.entry.at)

    def _time(self, at: datetime) -> str:
        return write_time(at, self.language)


def _domain(domain: str) -> str:
    """A domain that cannot look like another, nor steer a terminal."""
    basic = in_basic_letters(domain)
    return f"{unhidden(domain)} ({basic})" if basic else unhidden(domain)
