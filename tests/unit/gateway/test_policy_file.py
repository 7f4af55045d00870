"""The policy file: every mistake at once, each naming its place and what was expected."""

from datetime import date

import pytest

from gateway.lint import lint
from gateway.policy_file import parse_policy
from gateway.sample import policy_text
from models.errors import SettingInvalid

TODAY = date(2026, 11, 24)
GOOD = """
version = "1"
domains = ["Cyngor.example"]
[[clauses]]
number = "4.1"
text.en = "Keep private things private."
text.cy = "Cadwch bethau preifat yn breifat."
[[phrases]]
name = "prices"
score = 0.8
en = ["tender price"]
cy = ["pris y tendr"]
[[rules]]
id = "card"
clause = "4.1"
title.en = "A card number"
title.cy = "Rhif cerdyn"
when = [{ detector = "payment-card", recipients = "outside" }]
then = "hold"
"""


def sample_policy(today):
    return parse_policy(policy_text(today, sample=True).encode(), "the sample policy")


def mistakes_in(text):
    with pytest.raises(SettingInvalid) as caught:
        parse_policy(text.encode(), "policy.toml")
    return str(caught.value).splitlines()


def test_a_good_file_is_read():
    policy = parse_policy(GOOD.encode(), "policy.toml")
    assert policy.domains == {"cyngor.example"}
    assert policy.rules[0].when[0].recipients == "outside"
    assert policy.phrases[0].phrases == ("tender price", "pris y tendr")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            'clause = "4.1"',
            'clause = "4.2"',
            'rule "card": clause is "4.2"',
            marks=pytest.mark.requirement("L13"),
        ),
        pytest.param(
            'clause = "4.1"', "", "clause: is missing", marks=pytest.mark.requirement("L13")
        ),
        ("then =", "tehn =", 'did you mean "then"?'),
        ('"hold"', '"block"', "expected one of advise, confirm, hold, hold-for-two"),
        ('"payment-card"', '"visa"', 'is "visa"; expected'),
        ("title.cy", "title.fr", "title.cy: is missing"),
        ('text.cy = "Cadwch bethau preifat yn breifat."', "", "text.cy: is missing"),
        ('"payment-card"', '"phrases", category = "price"', 'did you mean "prices"?'),
        ("score = 0.8", "score = 8", "phrases"),
        ("when = [{", "when = [] #", "when"),
        ("[[clauses]]", "[[clauses", "is not TOML"),
    ],
)
def test_a_mistake_is_told(before, after, expected):
    assert any(expected in line for line in mistakes_in(GOOD.replace(before, after)))


def test_every_mistake_is_told_at_once():
    text = GOOD.replace('"hold"', '"block"').replace("title.cy", "titel.cy")
    assert len(mistakes_in(text)) >= 3


def test_a_name_used_twice_is_a_mistake():
    again = GOOD[GOOD.index("[[rules]]") :]
    assert 'rule "card" stands twice' in mistakes_in(GOOD + again)[0]


@pytest.mark.requirement("D3")
@pytest.mark.requirement("L15")
def test_lint_says_what_each_rule_lacks():
    lines = lint(parse_policy(GOOD.encode(), "policy.toml"), TODAY)
    assert lines[0].startswith("consent: ")
    assert all(each in lines[1] for each in ("papers.ground", "papers.notice", "milder"))


HEALTH = GOOD.replace('"payment-card"', '"nhs-number"')
OFFENCES = GOOD.replace(
    '"payment-card"', '"phrases", category = "offences" }, { detector = "dbs-certificate"'
).replace('name = "prices"', 'name = "offences"')


@pytest.mark.requirement("L23")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(GOOD, "", id="no such data"),
        pytest.param(HEALTH, "data about health; say narrow = true", id="health"),
        pytest.param(OFFENCES, "data about offences; say narrow = true", id="offences"),
        pytest.param(HEALTH.replace('"hold"', '"advise"'), "", id="nothing is held"),
        pytest.param(HEALTH + "narrow = true\n", "", id="few may see it"),
        pytest.param(HEALTH + "narrow = false\n", "", id="it was thought of"),
    ],
)
def test_lint_asks_who_may_see_what_shows_health_or_offences(text, said):
    found = [each for each in lint(parse_policy(text.encode(), "x"), TODAY) if "narrow" in each]
    assert [said in each for each in found] == ([True] if said else [])


@pytest.mark.requirement("L23")
def test_narrow_is_true_or_false():
    assert any("narrow" in each for each in mistakes_in(GOOD + 'narrow = "some"\n'))


def test_the_sample_policy_enforces_all_rules_but_the_watching_one():
    policy = sample_policy(TODAY)
    assert len(lint(policy, TODAY)) == 1
    assert policy.consent
    assert {each.clause for each in policy.rules} <= {each.number for each in policy.clauses}


@pytest.mark.requirement("L9")
@pytest.mark.requirement("L16")
def test_the_sample_policys_papers_run_out():
    policy = sample_policy(TODAY)
    assert len(lint(policy, date(2027, 11, 24))) == len(policy.rules)


REFERENCE = """
[[references]]
name = "council-tax"
pattern = '\\b5\\d{7}\\b'
en = ["council tax"]
cy = ["treth gyngor"]
score = 0.85
"""


def test_references_of_the_bodys_own_are_read():
    (reference,) = parse_policy((GOOD + REFERENCE).encode(), "policy.toml").references
    assert reference.words == ("council tax", "treth gyngor")
    assert (reference.pattern, reference.score, reference.alone) == (r"\b5\d{7}\b", 0.85, 0.3)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(r"\b5\d{7}\b", r"(5\d{7}", "missing )", id="a bracket left open"),
        pytest.param(r"\b5\d{7}\b", r"5(?=\d{7})", "(?=", id="look-ahead, which RE2 has not"),
        pytest.param(r"\b5\d{7}\b", "", "empty string", id="no pattern at all"),
        pytest.param(r"\b5\d{7}\b", r"\d*", "empty string", id="matches nothing at all"),
        pytest.param(r"\b5\d{7}\b", r"\b|5", "empty string", id="matches the edge of a word"),
        pytest.param('"council tax"', '" "', "references", id="a blank word"),
        pytest.param("0.85", "1.5", "references", id="a score above one"),
        pytest.param("score", "skore", 'did you mean "score"?', id="a key misspelt"),
        pytest.param("name =", "title =", "name: is missing", id="no name"),
    ],
)
def test_a_mistake_in_a_reference_is_told(before, after, expected):
    text = GOOD + REFERENCE.replace(before, after)
    assert any(expected in line and "references" in line for line in mistakes_in(text))


def test_a_rule_names_a_reference_that_is_there():
    rule = GOOD.replace('"payment-card"', '"references", category = "council-tacs"')
    assert 'did you mean "council-tax"?' in mistakes_in(rule + REFERENCE)[0]
    assert mistakes_in(GOOD + REFERENCE * 2) == [
        'policy.toml: reference "council-tax" stands twice; give each a name of its own'
    ]


@pytest.mark.requirement("L11")
@pytest.mark.parametrize("basis", ["consent", "legitimate-interests"])
def test_a_basis_that_is_closed_to_a_public_body_is_refused_and_why(basis):
    (mistake,) = mistakes_in(f'{GOOD}[rules.papers]\nbasis = "{basis}"\n')
    assert 'rules[1] "card".papers.basis' in mistake
    assert "public-task or legal-duty: " in mistake


def test_papers_that_rules_share_are_theirs_unless_they_have_their_own():
    shared = '[papers]\nassessment = "DPIA 1"\nbasis = "public-task"\noffences = "none"\n'
    own = '[rules.papers]\nassessment = "DPIA 2"\n'
    (rule,) = parse_policy((shared_first(shared) + own).encode(), "policy.toml").rules
    papers = rule.papers
    assert (papers.assessment, papers.basis, papers.offences) == ("DPIA 2", "public-task", "none")


def shared_first(text):
    before, clauses, after = GOOD.partition("[[clauses]]")
    return before + text + clauses + after


@pytest.mark.requirement("L20")
@pytest.mark.requirement("L59")
def test_exempt_routes_have_a_kind():
    text = """
[[exempt]]
kind = "union"
recipients = ["Undeb.example"]
[[exempt]]
kind = "councillor"
senders = ["cllr.jones@cyngor.example"]
"""
    exempt = parse_policy(shared_first(text).encode(), "policy.toml").exempt
    assert exempt.recipients == {"undeb.example"}
    assert exempt.senders == {"cllr.jones@cyngor.example"}
    assert [each.kind for each in exempt.routes] == ["union", "councillor"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[exempt]]\nkind = "uniom"\n', "exempt[1].kind is"),
        ('[[exempt]]\nrecipients = ["undeb.example"]\n', "exempt[1].kind: is missing"),
        ('unknown_senders = "perhaps"\n', "unknown_senders is"),
        ('[papers]\nground = "crime"\n', "papers.ground: unknown key"),
    ],
)
def test_mistakes_in_what_the_law_asks_for_are_told(text, expected):
    before, _, after = GOOD.partition("[[clauses]]")
    found = mistakes_in(f"{before}{text}[[clauses]]{after}")
    assert any(expected in line for line in found), found
