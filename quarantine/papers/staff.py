"""The papers for those who are checked: the notice to staff (L24), the unions' briefing (L12)."""

from quarantine.papers import sections
from quarantine.papers.document import Items, Paragraph
from quarantine.papers.live import Live
from quarantine.papers.sections import Draft, heading, missing, to_add
from quarantine.papers.words import say


def worker_notice(live: Live, language: str) -> Draft:
    """What is checked, why, by what rules, who reads, how long, what follows, how to object."""
    named = sections.officer(live, language)
    first = "follows_untold" if live.setting("notices.enabled") == "False" else "follows_1"
    days = live.given.review.appeal_days
    follows = (
        *(say("worker", each, language) for each in (first, "follows_2", "follows_3")),
        say("worker", "follows_appeal", language, days=days),
        say("worker", "follows_4", language),
    )
    return Draft(
        blocks=(
            Paragraph(say("worker", "intro", language)),
            Paragraph(say("worker", "language", language)),
            *sections.checking(live, language),
            *sections.why(live, language),
            *sections.rules(live, language, full=False),
            *sections.who_reads(live, language),
            *sections.keeping(live, language),
            heading("follows", language),
            Items(follows),
            *sections.private(live, language),
            heading("object", language),
            Items(
                (
                    say("worker", "object_1", language),
                    say("worker", "object_2", language, officer=named),
                    say("worker", "object_3", language),
                )
            ),
        ),
        missing=missing(live, language, "body", "consent", "officer", "exempt"),
    )


def union_briefing(live: Live, language: str) -> Draft:
    """What is truly in force, what the system cannot do, and what is asked of the unions."""
    return Draft(
        blocks=(
            Paragraph(say("union", "intro", language)),
            *sections.checking(live, language),
            *sections.why(live, language),
            *sections.rules(live, language, full=True),
            *sections.who_reads(live, language),
            *sections.keeping(live, language),
            *sections.private(live, language),
            heading("changed", language),
            Items(tuple(say("union", f"cannot_{each}", language) for each in range(1, 8))),
            heading("ask", language),
            Items(tuple(say("union", f"ask_{each}", language) for each in range(1, 5))),
            Paragraph(say("union", "figures", language)),
        ),
        missing=(
            *missing(live, language, "body", "consent", "exempt"),
            *sections.unfinished_rules(live, language),
        ),
        to_add=to_add(language, "views"),
    )
