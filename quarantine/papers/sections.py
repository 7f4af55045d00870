"""What several papers say, the same way each time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.body import Body
from models.policy import Rule
from models.verdict import Disposition
from quarantine.papers.document import Block, Facts, Heading, Items, Paragraph, Table
from quarantine.papers.live import Live
from quarantine.papers.words import keys, say, write_day, write_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one paper says in one language, and what it could not."""

    blocks: tuple[Block, ...]
    missing: tuple[str, ...] = ()  # in words
    to_add: tuple[str, ...] = ()  # in words: what no setting can know, and the body writes


def heading(key: str, language: str) -> Heading:
    """One of the headings."""
    return Heading(say("headings", key, language))


def gap(key: str, language: str) -> Paragraph:
    """Say in its place that something is missing."""
    return Paragraph(say("common", "missing", language, what=say("missing", key, language)), True)


def missing(live: Live, language: str, *wanted: str) -> tuple[str, ...]:
    """Of the keys of [missing] that a paper needs, the words of those that are missing."""
    absent = {
        "consent": not live.policy.consent,
        "body": live.body == Body(),
        "officer": not live.officers,
        "classifier": live.classifier is None,
        "alarms": live.classifier is not None and not live.classifier.alarms,
        "judged": not live.by_language,
        "exempt": not live.policy.exempt.routes,
    }
    return tuple(say("missing", each, language) for each in wanted if absent[each])


def to_add(language: str, *wanted: str) -> tuple[str, ...]:
    """The words of keys of [to_add]."""
    return tuple(say("to_add", each, language) for each in wanted)


def unfinished_rules(live: Live, language: str) -> tuple[str, ...]:
    """What the papers of rules lack, and how many staff have not been told."""
    found = [
        say("missing", "papers", language, rule=rule.id, what=lack_in_words(lack, language))
        for rule in live.policy.rules
        for lack in rule.missing(live.today)
    ]
    if live.told < live.staff:
        count = live.staff - live.told
        found.append(say("missing", "told", language, count=count, whole=live.staff))
    return tuple(found)


def lack_in_words(lack: str, language: str) -> str:
    """What a rule lacks, from models.policy.Rule.missing."""
    return say("lacks", lack.replace(": ", "-").replace(" ", "-"), language)


def officer(live: Live, language: str) -> str:
    """Who the protection officer is and where they are reached."""
    named = [f"{each.name}, {each.email}" for each in live.officers]
    return "; ".join(named) or say(
        "common", "missing", language, what=say("missing", "officer", language)
    )


def checking(live: Live, language: str) -> Iterator[Block]:
    """What is checked and what is not."""
    domains = ", ".join(sorted(live.policy.domains))
    yield heading("what", language)
    name = live.body.name(language)
    yield Paragraph(say("checking", "scope", language, body=name, domains=domains))
    for key in ("clean", "held"):
        yield Paragraph(say("checking", key, language))
    others = say("unknown-senders", live.policy.unknown_senders.value, language)
    yield Paragraph(say("checking", "unknown", language, what=others))
    yield heading("not_checked", language)
    yield Items(
        tuple(say("checking", key, language) for key in ("inbound", "scores", "own_computer"))
    )


def why(live: Live, language: str) -> Iterator[Block]:
    """On what law, and with whose consent."""
    yield heading("why", language)
    yield Paragraph(say("checking", "basis", language))
    consent = live.policy.consent
    name = say("headings", "consent", language)
    yield Facts(((name, consent),)) if consent else gap("consent", language)


def rules(live: Live, language: str, *, full: bool) -> Iterator[Block]:
    """Every rule, in the order of the policy; with `full`, its papers too."""
    yield heading("rules", language)
    for each in live.policy.rules:
        yield Heading(f"{each.id}: {each.title.in_language(language)}", 3)
        yield Facts(tuple(_rule_rows(live, each, language, full=full)))


def _rule_rows(live: Live, rule: Rule, language: str, *, full: bool) -> Iterator[tuple[str, str]]:
    papers = rule.papers
    clause = live.policy.clause(rule.clause)
    none = say("common", "none", language)
    text = f": {clause.text.in_language(language)}" if clause else ""
    given = {
        "clause": f"{rule.clause}{text}",
        "then": consequence(live, rule, language),
        "purpose": papers.purpose or none,
        "ground": say("grounds", papers.ground, language) if papers.ground else none,
        "personal": say(
            "rule", "personal_yes" if rule.reaches_personal else "personal_no", language
        ),
    }
    if full:
        given |= {
            "basis": say("bases", papers.basis, language) if papers.basis else none,
            "special": papers.special_category or none,
            "offences": papers.offences or none,
            "document": papers.policy_document or none,
            "milder": rule.milder or none,
            "assessment": papers.assessment or none,
            "notice": write_day(papers.notice, language),
            "review": write_day(papers.review, language),
            "ends": write_day(papers.ends, language),
        }
        if papers.high_risk:
            given["high_risk"] = papers.consulted or none
    for key, value in given.items():
        yield say("rule", key, language), value


def consequence(live: Live, rule: Rule, language: str) -> str:
    """What follows when a rule strikes, today."""
    if rule.then > Disposition.RELAY and not live.in_force(rule):
        return say("then", "only_watches", language)
    return say("then", rule.then.name.lower(), language)


def who_reads(live: Live, language: str) -> Iterator[Block]:
    """Who may read what, and how many people hold each role."""
    turn = write_span(float(live.given.review.turn), language)
    yield heading("who", language)
    yield Paragraph(say("who", "line", language, turn=turn))
    if narrow := [each.id for each in live.policy.rules if each.narrow]:
        yield Paragraph(say("who", "narrow", language, rules=", ".join(narrow)))
    yield Paragraph(say("who", "never", language))
    yield Paragraph(say("who", "steps", language))
    yield Table(
        say("who", "roles", language),
        tuple(say("who", each, language) for each in ("role", "does", "people")),
        tuple(
            (say("roles", role, language), say("role-does", role, language), str(count))
            for role, count in live.roles.items()
        ),
        figures=True,
    )


def keeping(live: Live, language: str) -> Iterator[Block]:
    """What is kept for how long, from the settings."""
    times = live.given.keeping
    yield heading("keeping", language)
    key, row = say("kept", "key", language), say("kept", "row", language)
    lines = [("clean", say("kept", "never", language), say("kept", "nothing", language))]
    lines += [
        (name, write_span(float(seconds), language), how)
        for name, seconds, how in (
            ("released", times.released, key),
            ("refused", times.refused, key),
            ("private", 0.0, key),
            ("case", times.case, key),
            ("record", times.record, row),
            ("self_report", times.self_report, row),
            ("leavers", times.leavers, row),
        )
    ]
    yield Table(
        say("kept", "caption", language),
        tuple(say("kept", each, language) for each in ("what", "long", "ends_with")),
        tuple((say("kept", name, language), span, how) for name, span, how in lines),
    )
    yield Paragraph(say("kept", "freeze", language))


def private(live: Live, language: str) -> Iterator[Block]:
    """The private routes, and mail marked personal."""
    yield heading("private", language)
    routes = live.policy.exempt.routes
    if routes:
        yield Paragraph(say("worker", "private", language))
        yield Facts(
            tuple(
                (
                    say("kinds", each.kind, language),
                    ", ".join(sorted(each.recipients | each.senders)),
                )
                for each in routes
            )
        )
    else:
        yield gap("exempt", language)
    yield heading("personal", language)
    yield Paragraph(say("worker", "personal", language))


def measures(language: str) -> Table:
    """Known risks, and what the program does about each."""
    names = [each for each in keys("risks") if not each.endswith("_m")]
    return Table(
        say("assessment", "risks", language),
        (say("assessment", "risk", language), say("assessment", "measure", language)),
        tuple(
            (say("risks", each, language), say("risks", f"{each}_m", language)) for each in names
        ),
    )
