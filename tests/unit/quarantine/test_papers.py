"""Papers say what is in force, in both languages, and what is missing; nothing is invented."""

from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from classifiers.learned.artefact import newest
from models.body import Body
from models.person import Person, Role
from models.policy import Exemptions, ExemptKind, ExemptRoute
from models.units import Duration
from models.verdict import Disposition
from quarantine.papers import papers
from quarantine.papers.classifier import read_classifier
from quarantine.papers.document import Quoted, Table, html_of, text_of
from quarantine.papers.live import Given, Live
from quarantine.papers.words import LANGUAGES, say, write_span
from quarantine.reports import Share
from quarantine.settings import KeepingSettings
from tests.console_sample import BODY, IN_FORCE, POLICY

OFFICER = Person(
    id="dewi",
    name="Dewi Prys",
    addresses=("dewi@cantref.example",),
    roles=frozenset({Role.PROTECTION_OFFICER}),
)
EXEMPT = Exemptions(
    routes=(ExemptRoute(kind=ExemptKind.UNION, recipients=frozenset({"undeb.example"})),)
)
LIVE = Live(
    body=BODY,
    policy=replace(POLICY, exempt=EXEMPT),
    given=Given(settings=IN_FORCE, program="0.1.0"),
    today=date(2026, 11, 24),
    staff=5,
    told=5,
    roles={role: int(role is Role.PROTECTION_OFFICER) for role in Role},
    officers=(OFFICER,),
    classifier=read_classifier(newest()),
    by_language={"cy": Share(part=1, whole=8), "en": None},
    by_department={"": Share(part=1, whole=8)},
)


def written(name, live=LIVE, language="en", kind="txt"):
    return papers.write(papers.draft(name, live, language), live, kind)


def flat(text):
    return " ".join(text.split())


@pytest.mark.requirement("O8")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", papers.DRAFTS)
def test_every_paper_is_in_both_languages_with_the_digests_it_was_made_of(name, language):
    text = written(name, language=language)
    for digest in (LIVE.policy.digest, LIVE.settings_digest, LIVE.classifier.digest):
        assert digest in text
    assert BODY.name(language) in text
    assert {"en": "24 November 2026", "cy": "24 Tachwedd 2026"}[language] in text
    assert text == written(name, language=language)


@pytest.mark.requirement("L24")
@pytest.mark.parametrize(
    "said",
    [
        pytest.param("automatically checks email", id="what is checked"),
        pytest.param("keep personal information inside", id="why"),
        pytest.param("Payment card numbers must not be sent by email.", id="by what rules"),
        pytest.param("Your line manager", id="who reads"),
        pytest.param("30 days", id="how long"),
        pytest.param("waits until a person decides", id="what follows"),
        pytest.param("Dewi Prys, dewi@cantref.example", id="how to object"),
        pytest.param("undeb.example", id="private routes"),
        pytest.param("“Personal:” or “Personol:”", id="mail marked personal"),
    ],
)
def test_the_notice_to_staff_says(said):
    assert said in flat(written("worker-notice"))


@pytest.mark.requirement("L23")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["worker-notice", "union-briefing"])
def test_staff_and_unions_read_what_fewer_people_see(name, language):
    rules = tuple(replace(each, narrow=each.id == "cards") for each in POLICY.rules)
    said = {"en": "Fewer people see", "cy": "Mae llai o bobl yn gweld"}[language]
    text = flat(written(name, replace(LIVE, policy=replace(LIVE.policy, rules=rules)), language))
    assert said in text
    assert {"en": "these rules: cards.", "cy": "y rheolau hyn: cards."}[language] in text
    assert said not in flat(written(name, language=language))


@pytest.mark.requirement("L12")
def test_the_unions_briefing_has_every_rules_papers_and_asks():
    text = flat(written("union-briefing"))
    for said in ("DPIA-1 v1", "advice did not stop it", "undeb.example", "What we ask of you"):
        assert said in text


@pytest.mark.requirement("L27")
def test_outsiders_are_told_on_the_website_and_in_the_footer():
    welsh = flat(written("outside-notice", language="cy"))
    assert "Cyngor Cantref yn gwirio'n awtomatig" in welsh
    assert "24 awr" in welsh


@pytest.mark.requirement("L55")
@pytest.mark.requirement("L53")
def test_the_records_give_the_classifiers_digest_and_its_fairness():
    assert LIVE.classifier.digest[:16] in written("transparency")
    text = flat(written("equality"))
    assert "in Welsh" in text
    assert "1 of 8" in text
    assert "withheld: fewer than 5" in text


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("worker-notice", {"officers": ()}, "officer"),
        ("worker-notice", {"policy": replace(POLICY, consent=None)}, "consent"),
        ("worker-notice", {"policy": POLICY}, "exempt"),
        ("outside-notice", {"body": Body()}, "body"),
        ("transparency", {"classifier": None}, "classifier"),
        ("equality", {"by_language": {}}, "judged"),
    ],
)
def test_what_is_missing_is_said(name, change, said):
    live = replace(LIVE, **change)
    for language in LANGUAGES:
        text = flat(written(name, live, language))
        assert say("missing", said, language) in text
        assert say("common", "missing_title", language) in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("assessment", ("residual", "views")),
        ("union-briefing", ("views",)),
        ("transparency", ("owner", "supplier", "website", "training")),
    ],
)
def test_what_no_setting_knows_is_for_the_body_to_add_and_not_missing(name, keys, language):
    paper = papers.draft(name, LIVE, language)
    assert paper.to_add == tuple(say("to_add", each, language) for each in keys)
    text = flat(written(name, language=language))
    assert all(each in text for each in paper.to_add)
    assert say("common", "to_add_title", language) in text


def test_nothing_is_missing_where_the_settings_say_everything():
    assert [each for name in papers.DRAFTS for each in papers.draft(name, LIVE, "en").missing] == []


def test_a_rule_whose_papers_ran_out_is_said_to_only_watch():
    late = replace(LIVE, today=date(2028, 1, 1))
    assert say("then", "only_watches", "en") in flat(written("worker-notice", late))
    assert "the rule's last day has passed" in flat(written("assessment", late))


def test_people_who_were_not_told_are_counted():
    assert "2 of 5 staff have no record" in flat(written("assessment", replace(LIVE, told=3)))


@pytest.mark.requirement("L26")
@pytest.mark.parametrize(
    ("change", "stale"),
    [
        pytest.param({}, False, id="nothing changed"),
        pytest.param({"today": date(2026, 11, 25)}, False, id="a day passed"),
        pytest.param({"told": 4, "staff": 6}, False, id="counts of the day"),
        pytest.param(
            {"given": replace(LIVE.given, keeping=KeepingSettings(refused=Duration(86_400 * 60)))},
            True,
            id="something is kept for longer",
        ),
        pytest.param({"policy": POLICY}, True, id="a private route is gone"),
        pytest.param(
            {
                "policy": replace(
                    LIVE.policy,
                    rules=tuple(replace(r, then=Disposition.HOLD) for r in POLICY.rules),
                )
            },
            True,
            id="a rule became stricter",
        ),
        pytest.param({"officers": ()}, True, id="the officer left"),
    ],
)
def test_the_notice_is_out_of_date_when_it_would_say_something_else(change, stale):
    now = papers.digest("worker-notice", replace(LIVE, **change))
    assert (now != papers.digest("worker-notice", LIVE)) == stale


class _Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.lang = [], None

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.lang = dict(attributes).get("lang") if tag == "html" else self.lang


@pytest.mark.parametrize("name", papers.DRAFTS)
def test_a_page_stands_alone_and_runs_nothing(name):
    page = written(name, language="cy", kind="html")
    outline = _Outline()
    outline.feed(page)
    assert outline.lang == "cy"
    assert outline.seen.count("h1") == 1
    assert {"script", "img", "iframe", "object"}.isdisjoint(outline.seen)
    assert "http" not in page
    assert "@media print" in page


@pytest.mark.parametrize(
    "block", [Quoted("<b>&</b>"), Table("<i>", ("a", "<u>"), (("<s>", "<script>"),))]
)
def test_nothing_is_markup_but_ours(block):
    assert "<b>" not in html_of(block)
    assert "<script>" not in html_of(block)
    assert "<s>" not in html_of(block)


def test_plain_text_keeps_what_was_written():
    assert text_of(Quoted("one\n\n<two>")) == "  | one\n  | \n  | <two>\n"


@pytest.mark.parametrize(
    ("span", "en", "cy"),
    [
        (timedelta(0), "at once", "ar unwaith"),
        (timedelta(minutes=30), "30 minutes", "30 munud"),
        (timedelta(hours=1), "1 hour", "1 awr"),
        (timedelta(days=1), "24 hours", "24 awr"),
        (timedelta(days=2), "2 days", "2 ddiwrnod"),
        (timedelta(days=365), "365 days", "365 diwrnod"),
    ],
)
def test_spans_of_time(span, en, cy):
    assert write_span(span.total_seconds(), "en") == en
    assert write_span(span.total_seconds(), "cy") == cy
