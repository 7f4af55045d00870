"""Every paper: what it is called, how it is drafted, written and known to be out of date.

A paper's digest is over what it says in both languages, without counts that change each day: when
the live settings would say something else, what was issued is out of date (L26).
"""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from models.errors import NotFound
from quarantine.dates import write_date
from quarantine.papers import outside, staff, weighing
from quarantine.papers.document import (
    Block,
    Facts,
    Heading,
    Items,
    Paragraph,
    Table,
    html_lines,
    text_lines,
    text_of,
)
from quarantine.papers.live import Live
from quarantine.papers.sections import Draft
from quarantine.papers.words import LANGUAGES, say

DRAFTS: dict[str, Callable[[Live, str], Draft]] = {
    "worker-notice": staff.worker_notice,
    "union-briefing": staff.union_briefing,
    "outside-notice": outside.outside_notice,
    "assessment": weighing.assessment,
    "transparency": outside.transparency,
    "equality": weighing.equality,
}
FORMATS = ("html", "txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper in one language."""

    name: str  # a key of DRAFTS
    language: str
    title: str
    blocks: tuple[Block, ...]
    missing: tuple[str, ...]  # in words
    to_add: tuple[str, ...]  # in words: what no setting can know, and the body writes

    @property
    def file(self) -> str:
        """What its file is called, without the format."""
        return f"{self.name}.{self.language}"


def draft(name: str, live: Live, language: str) -> Paper:
    """Make one paper. Raises NotFound if there is none of that name."""
    if name not in DRAFTS or language not in LANGUAGES:
        raise NotFound("there is no such paper")
    drafted = DRAFTS[name](live, language)
    return Paper(
        name=name,
        language=language,
        title=f"{say('names', name, language)}: {live.body.name(language)}",
        blocks=drafted.blocks,
        missing=drafted.missing,
        to_add=drafted.to_add,
    )


def digest(name: str, live: Live) -> str:
    """SHA-256 over what a paper says in both languages, figures of the day left out."""
    said = "".join(
        text_of(each)
        for language in LANGUAGES
        for each in draft(name, live, language).blocks
        if not (isinstance(each, Paragraph | Table) and each.figures)
    )
    return sha256(said.encode()).hexdigest()


def write(paper: Paper, live: Live, kind: str) -> str:
    """Write a paper as "html" or "txt". Raises NotFound for anything else."""
    blocks = tuple(_whole(paper, live))
    if kind == "txt":
        return "".join(text_lines(paper.title, blocks))
    if kind != "html":
        raise NotFound("there is no such paper")
    other = next(each for each in LANGUAGES if each != paper.language)
    name = html.escape(say("common", "other_language", paper.language))
    link = (
        f'<p><a href="{paper.name}.{other}.html" hreflang="{other}" lang="{other}">{name}</a></p>\n'
    )
    return "".join(html_lines(paper.title, paper.language, blocks, above=link))


def _whole(paper: Paper, live: Live) -> Iterator[Block]:
    """What it says, with what is missing from it and what it was made of."""
    language = paper.language
    date = write_date(live.today, language)
    yield Paragraph(say("common", "made", language, date=date))
    yield from paper.blocks
    for key, items in (("missing", paper.missing), ("to_add", paper.to_add)):
        if items:
            yield Heading(say("common", f"{key}_title", language))
            yield Paragraph(say("common", f"{key}_intro", language))
            yield Items(items)
    yield Heading(say("common", "made_of", language))
    yield Facts(tuple(_made_of(live, language)))


def _made_of(live: Live, language: str) -> Iterator[tuple[str, str]]:
    policy, found = live.policy, live.classifier
    yield (
        say("common", "policy", language),
        say("common", "policy_is", language, version=policy.version, digest=policy.digest),
    )
    yield (
        say("common", "settings", language),
        say("common", "digest_is", language, digest=live.settings_digest),
    )
    named = say("common", "digest_is", language, digest=found.digest) if found else ""
    yield say("common", "classifier", language), named or say("common", "none", language)
    yield say("common", "program", language), f"Porthor {live.given.program}".strip()
