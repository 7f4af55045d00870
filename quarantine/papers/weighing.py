"""The papers to weigh it all by: the impact assessment's facts (L9, O8), equality figures (L53)."""

from collections.abc import Callable, Iterator, Mapping

from quarantine.papers import sections
from quarantine.papers.document import Block, Facts, Items, Paragraph, Table
from quarantine.papers.live import Live
from quarantine.papers.sections import Draft, gap, heading, missing, to_add
from quarantine.papers.words import keys, say, write_share
from quarantine.reports import SMALLEST, UNKNOWN, Share


def assessment(live: Live, language: str) -> Draft:
    """Everything of the assessment that the settings know."""
    settings = Table(
        say("headings", "in_force", language),
        (say("assessment", "setting", language), say("assessment", "value", language)),
        tuple((name, value or '""') for name, value in live.given.settings),
    )
    return Draft(
        blocks=(
            Paragraph(say("assessment", "intro", language)),
            *sections.checking(live, language),
            heading("flows", language),
            Items(tuple(say("assessment", f"flows_{each}", language) for each in range(1, 4))),
            Paragraph(say("assessment", "processors", language)),
            *sections.why(live, language),
            heading("necessity", language),
            Paragraph(say("assessment", "necessity", language)),
            *sections.rules(live, language, full=True),
            *sections.who_reads(live, language),
            *sections.keeping(live, language),
            *sections.private(live, language),
            heading("told", language),
            *_told(live, language),
            heading("risks", language),
            sections.measures(language),
            heading("in_force", language),
            settings,
        ),
        missing=(
            *missing(live, language, "body", "consent", "officer", "exempt"),
            *sections.unfinished_rules(live, language),
        ),
        to_add=to_add(language, "residual", "views"),
    )


def _told(live: Live, language: str) -> Iterator[Block]:
    yield Paragraph(say("assessment", "subjects", language, staff=live.staff), figures=True)
    told = say("assessment", "told", language, part=live.told, whole=live.staff)
    yield Paragraph(told, figures=True)


def equality(live: Live, language: str) -> Draft:
    """How often mail was wrongly held, by group, and what the classifier's card says."""
    return Draft(
        blocks=(
            Paragraph(say("equality", "intro", language, smallest=SMALLEST)),
            heading("held_figures", language),
            Paragraph(say("equality", "window", language)),
            *_wrongly(live, language),
            heading("classifier_figures", language),
            *_alarms(live, language),
            Paragraph(say("equality", "untested", language)),
        ),
        missing=missing(live, language, "judged", "classifier", "alarms"),
    )


def _wrongly(live: Live, language: str) -> Iterator[Block]:
    if not live.by_language:
        yield gap("judged", language)
        return

    def language_name(group: str) -> str:
        return say("equality", group, language)

    def department(group: str) -> str:
        named = {UNKNOWN: "unknown", "": "no_department"}
        return say("equality", named[group], language) if group in named else group

    yield _groups("by_language", live.by_language, language_name, language)
    yield _groups("by_department", live.by_department, department, language)


def _groups(
    key: str, found: Mapping[str, Share | None], name: Callable[[str], str], language: str
) -> Table:
    return Table(
        say("equality", key, language),
        (say("equality", "group", language), say("equality", "wrongly", language)),
        tuple((name(group), write_share(each, language)) for group, each in found.items()),
        figures=True,
    )


def _alarms(live: Live, language: str) -> Iterator[Block]:
    found = live.classifier
    if found is None or not found.alarms:
        yield gap("classifier" if found is None else "alarms", language)
        return
    yield Facts(((say("common", "classifier", language), found.digest[:16]),))
    yield Paragraph(say("equality", "card", language))
    known = keys("sorts")
    yield Table(
        say("equality", "alarms", language),
        tuple(say("equality", each, language) for each in ("group", "found", "interval")),
        tuple(
            (say("sorts", sort, language), counted, _interval(share, language))
            for sort, counted, share in found.alarms
            if sort in known
        ),
    )


def _interval(share: str, language: str) -> str:
    """The card's "2.4% (2.1% to 2.8%)" in a language."""
    return share.replace(" to ", " i ") if language == "cy" else share
