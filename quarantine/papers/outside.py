"""The papers for everyone else: outside correspondents (L27), the transparency record (L55)."""

from collections.abc import Iterator

from quarantine.papers import sections
from quarantine.papers.document import Block, Facts, Paragraph, Table
from quarantine.papers.live import Live
from quarantine.papers.sections import Draft, gap, heading, missing, to_add
from quarantine.papers.words import keys, say, write_span


def outside_notice(live: Live, language: str) -> Draft:
    """A text for the website and a line for the footer."""
    name, times = live.body.name(language), live.given.keeping
    return Draft(
        blocks=(
            heading("website", language),
            Paragraph(say("outside", "website_1", language, body=name)),
            Paragraph(say("outside", "website_2", language)),
            Paragraph(
                say(
                    "outside",
                    "website_3",
                    language,
                    released=write_span(float(times.released), language),
                    refused=write_span(float(times.refused), language),
                )
            ),
            Paragraph(
                say("outside", "website_4", language, officer=sections.officer(live, language))
            ),
            heading("footer", language),
            Paragraph(say("outside", "footer", language, body=name)),
        ),
        missing=missing(live, language, "body", "officer"),
    )


def transparency(live: Live, language: str) -> Draft:
    """The fields of the Algorithmic Transparency Recording Standard's template."""
    return Draft(
        blocks=(
            heading("tier1", language),
            *_named(language, "name", "name_is"),
            Facts(((say("atrs", "description", language), _scope(live, language)),)),
            *_unsaid(language, contact="website"),
            heading("owner", language),
            Facts(((say("atrs", "organisation", language), live.body.name(language)),)),
            *_unsaid(language, team="owner", supplier="supplier"),
            *_named(language, "access", "access_is"),
            heading("rationale", language),
            Facts(((say("atrs", "scope", language), say("checking", "clean", language)),)),
            *_named(language, "benefit", "benefit_is"),
            *_named(language, "previous", "previous_is"),
            heading("decisions", language),
            Facts(tuple(_deciding(live, language))),
            *_unsaid(language, training="training"),
            heading("tool", language),
            *_tool(live, language),
            heading("atrs_risks", language),
            Facts(((say("atrs", "impact", language), _assessments(live, language)),)),
            sections.measures(language),
        ),
        missing=missing(live, language, "body", "classifier", "consent"),
        to_add=to_add(language, "owner", "supplier", "website", "training"),
    )


def _named(language: str, name: str, text: str) -> Iterator[Block]:
    yield Facts(((say("atrs", name, language), say("atrs", text, language)),))


def _unsaid(language: str, **fields: str) -> Iterator[Block]:
    """Fields that only the body can fill."""
    for field, what in fields.items():
        told = say("common", "to_add", language, what=say("to_add", what, language))
        yield Facts(((say("atrs", field, language), told),))


def _scope(live: Live, language: str) -> str:
    domains = ", ".join(sorted(live.policy.domains))
    name = live.body.name(language)
    return say("checking", "scope", language, body=name, domains=domains)


def _deciding(live: Live, language: str) -> Iterator[tuple[str, str]]:
    yield say("atrs", "integration", language), say("checking", "held", language)
    yield say("atrs", "information", language), say("atrs", "information_is", language)
    yield say("atrs", "frequency", language), say("atrs", "frequency_is", language)
    turn = write_span(float(live.given.review.turn), language)
    yield say("atrs", "review", language), say("who", "line", language, turn=turn)
    days = live.given.review.appeal_days
    yield say("atrs", "appeals", language), say("worker", "follows_2", language)
    yield (
        say("atrs", "appeals", language),
        say("worker", "follows_appeal", language, days=days),
    )


def _tool(live: Live, language: str) -> Iterator[Block]:
    yield from _named(language, "architecture", "architecture_is")
    active = sum(live.in_force(each) for each in live.policy.rules)
    phase = say("atrs", "phase_is", language, count=active, whole=len(live.policy.rules))
    yield Facts(((say("atrs", "phase", language), phase),))
    yield from _named(language, "maintenance", "maintenance_is")
    found = live.classifier
    if found is None:
        yield gap("classifier", language)
        return
    model = say(
        "atrs", "model_is", language, made=found.made, seed=found.seed, digest=found.digest[:16]
    )
    categories = ", ".join(_category(each, language) for each in found.categories)
    key = "datasets_own" if found.note else "datasets_is"
    yield Facts(
        (
            (say("atrs", "model", language), model),
            (
                say("atrs", "task", language),
                say("atrs", "task_is", language, categories=categories),
            ),
            (
                say("atrs", "datasets", language),
                say("atrs", key, language, count=found.files, note=found.note),
            ),
        )
    )
    yield Table(
        say("atrs", "performance", language),
        tuple(say("atrs", each, language) for each in ("category", "auc", "recall")),
        tuple(
            (
                _category(name, language),
                f"{measured['auc']:.2f}",
                f"{measured['recall_at_1_in_100']:.0%}",
            )
            for name, measured in found.metrics.items()
            if "auc" in measured and "recall_at_1_in_100" in measured
        ),
    )


def _category(name: str, language: str) -> str:
    """A category of ours in words; one that the body added keeps its name."""
    return say("categories", name, language) if name in keys("categories") else name


def _assessments(live: Live, language: str) -> str:
    found = {each.papers.assessment for each in live.policy.rules if each.papers.assessment}
    return ", ".join(sorted(found)) or say("common", "none", language)
