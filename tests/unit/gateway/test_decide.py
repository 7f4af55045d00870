"""The verdict: pure, total, per recipient, and never relaxed by one more rule."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.decide import decide
from models.envelope import Client, Envelope, Recipient
from models.finding import Finding
from models.policy import (
    Basis,
    Bilingual,
    Clause,
    Condition,
    Exemptions,
    Ground,
    Justification,
    Policy,
    Rule,
)
from models.verdict import Disposition

TODAY = date(2026, 11, 24)
WORDS = Bilingual(en="Something", cy="Rhywbeth")
PAPERS = Justification(
    ground=Ground.COMPLIANCE,
    purpose="to keep it inside",
    assessment="DPIA-1",
    notice=date(2026, 1, 1),
    review=date(2027, 1, 1),
    ends=date(2027, 1, 1),
    basis=Basis.PUBLIC_TASK,
    special_category="DPA 2018 Sch 1 para 6",
    offences="DPA 2018 Sch 1 para 6",
    policy_document="APD-1",
)
INSIDE, BELOW = "nia@cyngor.example", "nia@ysgol.cyngor.example"
OUTSIDE, LOOKALIKE, WEBMAIL = "a@supplier.example", "a@notcyngor.example", "nia@webmail.example"


def rule(rule_id="r", then=Disposition.HOLD, papers=PAPERS, unless=(), **condition):
    return Rule(
        id=rule_id,
        clause="1",
        title=WORDS,
        when=(Condition(**{"detector": "payment-card", **condition}),),
        unless=unless,
        then=then,
        milder="it could not be called back",
        papers=papers,
    )


def policy(*rules, consent="Chief Executive, 2026-01-01", **more):
    return Policy(
        version="1",
        digest="0" * 64,
        domains=frozenset({"cyngor.example"}),
        personal_domains=frozenset({"webmail.example"}),
        consent=consent,
        clauses=(Clause(number="1", text=WORDS),),
        rules=rules,
        **more,
    )


def envelope(*recipients, sender="gwen@cyngor.example"):
    return Envelope(
        id="t",
        sender=sender,
        recipients=tuple(Recipient(address=each) for each in recipients),
        client=Client(address="", port=0, name=""),
        received=datetime(2026, 11, 24, tzinfo=UTC),
    )


def card(excerpt="4111", **more):
    return Finding(
        **{
            "detector": "payment-card",
            "category": "financial",
            "score": 0.9,
            "part": "1",
            "excerpt": excerpt,
            **more,
        }
    )


def outcomes(findings, *rules, to=(OUTSIDE,), **more):
    verdict = decide(envelope(*to), findings, policy(*rules, **more), on=TODAY)
    return [each.disposition for each in verdict.outcomes]


def test_a_message_without_findings_is_relayed():
    assert outcomes([], rule()) == [Disposition.RELAY]


def test_a_rule_that_applies_decides_with_its_evidence():
    verdict = decide(
        envelope(OUTSIDE), [card(score=0.1), card()], policy(rule()), on=TODAY, program="0.1"
    )
    assert verdict.disposition is Disposition.HOLD
    assert verdict.outcomes[0].matches[0].evidence == (1,)
    assert (verdict.policy, verdict.program) == ("0" * 64, "0.1")


def test_the_recipients_part():
    to = (INSIDE, BELOW, OUTSIDE, LOOKALIKE, WEBMAIL)
    hold, relay = Disposition.HOLD, Disposition.RELAY
    assert outcomes([card()], rule(recipients="outside"), to=to) == [relay, relay, hold, hold, hold]
    assert outcomes([card()], rule(recipients="inside"), to=to) == [hold, hold, relay, relay, relay]
    assert outcomes([card()], rule(recipients="personal"), to=to) == [relay] * 4 + [hold]


def test_a_finding_about_one_recipient_concerns_that_recipient_alone():
    found = Finding(
        detector="recipients",
        category="personal-webmail",
        score=1.0,
        part="envelope",
        excerpt=WEBMAIL,
    )
    advise = rule(then=Disposition.ADVISE, detector="recipients")
    expected = [Disposition.RELAY, Disposition.ADVISE]
    assert outcomes([found], advise, to=(OUTSIDE, WEBMAIL)) == expected


def test_findings_are_counted_distinct_by_what_was_found():
    three = rule(count=3)
    assert outcomes([card("1"), card("1"), card("2")], three) == [Disposition.RELAY]
    assert outcomes([card("1"), card("3"), card("2")], three) == [Disposition.HOLD]


def test_quoted_words_do_not_meet_a_rule_on_own_words():
    assert outcomes([card(own=False)], rule(words="own")) == [Disposition.RELAY]
    assert outcomes([card(own=False)], rule(words="any")) == [Disposition.HOLD]


def test_unless_excuses():
    excused = rule(unless=(Condition(recipient_domains=frozenset({"supplier.example"})),))
    assert outcomes([card()], excused, to=(OUTSIDE, LOOKALIKE)) == [
        Disposition.RELAY,
        Disposition.HOLD,
    ]


def test_a_rule_can_be_for_some_senders_only():
    assert outcomes([card()], rule(senders=frozenset({"gwen@cyngor.example"}))) == [
        Disposition.HOLD
    ]
    assert outcomes([card()], rule(senders=frozenset({"other.example"}))) == [Disposition.RELAY]


def test_an_exempt_recipient_is_never_held():
    exempt = Exemptions(recipients=frozenset({"supplier.example"}))
    assert outcomes([card()], rule(), to=(OUTSIDE, LOOKALIKE), exempt=exempt) == [
        Disposition.RELAY,
        Disposition.HOLD,
    ]


@pytest.mark.requirement("D3")
@pytest.mark.requirement("L4")
@pytest.mark.requirement("L9")
@pytest.mark.requirement("L13")
@pytest.mark.requirement("L16")
@pytest.mark.requirement("L26")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"ground": None}, id="no ground of the regulations"),
        pytest.param({"purpose": None}, id="no purpose in plain words"),
        pytest.param({"assessment": None}, id="no impact assessment"),
        pytest.param({"review": date(2026, 11, 23)}, id="an assessment out of date"),
        pytest.param({"notice": None}, id="no notice to staff"),
        pytest.param({"notice": date(2026, 11, 25)}, id="a notice from tomorrow"),
        pytest.param({"ends": None}, id="no end"),
        pytest.param({"ends": date(2026, 11, 23)}, id="an end that has passed"),
    ],
)
def test_a_rule_without_its_papers_only_watches(change):
    watching = rule(papers=replace(PAPERS, **change))
    verdict = decide(envelope(OUTSIDE), [card()], policy(watching), on=TODAY)
    match = verdict.outcomes[0].matches[0]
    assert (match.disposition, match.watched) == (Disposition.RELAY, Disposition.HOLD)
    assert verdict.rules == ()


@pytest.mark.requirement("L15")
@pytest.mark.parametrize(
    ("then", "expected"),
    [
        pytest.param(Disposition.ADVISE, Disposition.ADVISE, id="the mildest needs no reason"),
        pytest.param(Disposition.HOLD, Disposition.RELAY, id="a hold needs one"),
        pytest.param(Disposition.HOLD_FOR_TWO, Disposition.RELAY, id="so does one for two"),
    ],
)
def test_a_stronger_outcome_needs_a_reason_why_a_milder_one_will_not_do(then, expected):
    unexplained = replace(rule(then=then), milder=None)
    assert outcomes([card()], unexplained) == [expected]


@pytest.mark.requirement("L3")
def test_without_the_controllers_consent_every_rule_only_watches():
    assert outcomes([card()], rule(), consent=None) == [Disposition.RELAY]


def test_no_recipients_is_relayed():
    verdict = decide(envelope(), [card()], policy(rule()), on=TODAY)
    assert verdict.disposition is Disposition.RELAY


CONDITIONS = st.builds(
    Condition,
    detector=st.sampled_from([None, "payment-card", "nhs-number"]),
    category=st.sampled_from([None, "financial", "health"]),
    score=st.sampled_from([0.0, 0.5, 1.0]),
    count=st.integers(1, 3),
    words=st.sampled_from(["any", "own"]),
    recipients=st.sampled_from(["any", "inside", "outside", "personal"]),
)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.uuids().map(str),
        clause=st.just("1"),
        title=st.just(WORDS),
        when=st.lists(CONDITIONS, min_size=1, max_size=2).map(tuple),
        unless=st.lists(CONDITIONS, max_size=1).map(tuple),
        then=st.sampled_from([each for each in Disposition if each > Disposition.RELAY]),
        milder=st.sampled_from([None, "why"]),
        papers=st.sampled_from([PAPERS, Justification()]),
    ),
    max_size=4,
    unique_by=lambda each: each.id,
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        detector=st.sampled_from(["payment-card", "nhs-number", "recipients"]),
        category=st.sampled_from(["financial", "health"]),
        score=st.floats(0, 1),
        part=st.sampled_from(["1", "envelope"]),
        own=st.booleans(),
        excerpt=st.sampled_from(["", "a", "b", OUTSIDE]),
    ),
    max_size=5,
)
RECIPIENTS = st.lists(st.sampled_from([INSIDE, OUTSIDE, WEBMAIL, "", "postmaster"]), max_size=4)


@given(rules=RULES, more=RULES, findings=FINDINGS, to=RECIPIENTS)
def test_adding_rules_never_relaxes(rules, more, findings, to):
    fewer = outcomes(findings, *rules, to=to)
    assert all(
        before <= after
        for before, after in zip(fewer, outcomes(findings, *rules, *more, to=to), strict=True)
    )


@given(rules=RULES, findings=FINDINGS, to=RECIPIENTS, chance=st.randoms(use_true_random=False))
def test_the_order_of_rules_means_nothing(rules, findings, to, chance):
    mixed = chance.sample(rules, len(rules))
    assert outcomes(findings, *rules, to=to) == outcomes(findings, *mixed, to=to)


@given(rules=RULES, findings=FINDINGS, to=RECIPIENTS)
def test_each_recipient_is_decided_alone(rules, findings, to):
    together = outcomes(findings, *rules, to=to)
    assert together == [outcomes(findings, *rules, to=[each])[0] for each in to]


SAFETY = replace(PAPERS, ground=Ground.OPERATION)
MARK = Finding(detector="personal-mark", category="personal", score=1.0, part="envelope")


@pytest.mark.requirement("L7")
@pytest.mark.parametrize(
    ("told", "papers", "expected"),
    [
        pytest.param(True, PAPERS, Disposition.HOLD, id="who was told is held"),
        pytest.param(False, PAPERS, Disposition.RELAY, id="who was not told is only watched"),
        pytest.param(False, SAFETY, Disposition.HOLD, id="but the system is kept safe"),
    ],
)
def test_rules_watch_the_mail_of_who_was_not_told(told, papers, expected):
    verdict = decide(envelope(OUTSIDE), [card()], policy(rule(papers=papers)), on=TODAY, told=told)
    assert verdict.disposition is expected
    assert verdict.outcomes[0].matches[0].watched is Disposition.HOLD


@pytest.mark.requirement("L21")
@pytest.mark.parametrize(
    ("said", "papers", "expected"),
    [
        pytest.param(None, PAPERS, Disposition.RELAY, id="a rule that says nothing"),
        pytest.param(False, SAFETY, Disposition.RELAY, id="a rule that says no"),
        pytest.param(True, PAPERS, Disposition.HOLD, id="a rule against leaks"),
        pytest.param(None, SAFETY, Disposition.HOLD, id="a rule that keeps the system safe"),
    ],
)
def test_only_some_rules_hold_mail_marked_personal(said, papers, expected):
    asked = replace(rule(papers=papers), marked_personal=said)
    verdict = decide(envelope(OUTSIDE), [card(), MARK], policy(asked), on=TODAY)
    assert verdict.disposition is expected
    unmarked = decide(envelope(OUTSIDE), [card()], policy(asked), on=TODAY)
    assert unmarked.disposition is Disposition.HOLD


@pytest.mark.requirement("L10")
@pytest.mark.requirement("L11")
@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param({"basis": None}, "basis", id="no lawful basis"),
        pytest.param({"special_category": None}, "special_category", id="no condition"),
        pytest.param({"offences": None}, "offences", id="no condition for offences"),
        pytest.param({"policy_document": None}, "policy_document", id="no policy document"),
        pytest.param({"high_risk": True}, "consulted", id="a high risk nobody was asked about"),
    ],
)
def test_a_rule_whose_papers_have_a_gap_only_watches(change, missing):
    gap = rule(papers=replace(PAPERS, **change))
    assert gap.missing(TODAY) == (missing,)
    verdict = decide(envelope(OUTSIDE), [card()], policy(gap), on=TODAY)
    assert verdict.disposition is Disposition.RELAY


def test_a_high_risk_that_was_asked_about_does_not_stop_a_rule():
    asked = replace(PAPERS, high_risk=True, consulted="ICO reference 1, 2026-02-01")
    assert rule(papers=asked).missing(TODAY) == ()
