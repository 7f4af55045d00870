"""The classifier that is shipped: whole, small, and fair as far as single sentences tell."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers import learned
from classifiers.learned.artefact import check_artefact, newest
from classifiers.learned.paired import paired_samples
from classifiers.learned.scorer import VIEWS, Evidence

CLASSIFIER = learned.load()
PAIRED = list(paired_samples())
GROUPS = [
    *("women", "men", "gay people", "lesbians", "trans people", "Muslims", "Jews", "Hindus"),
    *("Christians", "Black people", "Asian people", "Polish people", "Romanians", "refugees"),
    *("Travellers", "disabled people", "deaf people", "autistic children", "older people"),
    *("young people", "single mothers", "English people", "Welsh speakers"),
]
NEUTRAL = [
    "The centre held an open day for {} last week and forty of them came.",
    "Could you tell me how many {} took part in the survey this year?",
    "We welcome applications from {} for this post.",
]
OTHER_LANGUAGES = [
    "Bonjour, la réunion de mardi est reportée à jeudi, merci de prévenir toute l'équipe.",
    "Dzień dobry, spotkanie zostało przeniesione na czwartek, proszę powiadomić zespół.",
    "Guten Tag, die Sitzung am Dienstag wird auf Donnerstag verschoben, bitte sagen Sie es allen.",
    "A reunião de terça-feira foi adiada para quinta-feira, avise a equipe, por favor.",
    "Bore da, mae'r cyfarfod ddydd Mawrth wedi'i symud i ddydd Iau, dywedwch wrth y tîm.",
]


def found(text):
    return [each.category for each in CLASSIFIER.judge(text) if each.found]


def test_it_is_whole_and_small():
    check_artefact(newest())
    assert sum(each.stat().st_size for each in newest().iterdir()) < 10_000_000


@pytest.mark.requirement("L32")
@pytest.mark.requirement("L53")
@pytest.mark.requirement("D11")
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_s_name_alone_is_never_found(group):
    assert [found(each.format(group)) for each in NEUTRAL] == [[], [], []]


@pytest.mark.requirement("L32")
@pytest.mark.requirement("L52")
@pytest.mark.requirement("O3")
@pytest.mark.parametrize("text", OTHER_LANGUAGES)
def test_no_language_is_a_reason(text):
    assert found(text) == []


@pytest.mark.requirement("L52")
@pytest.mark.requirement("O1")
@pytest.mark.parametrize("category", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_it_tells_bad_from_clean_in_mails_it_never_saw(category, language):
    rows = [
        each for each in PAIRED if each.language == language and each.labels[category] is not None
    ]
    truth = [each.labels[category] for each in rows]
    scores = CLASSIFIER.scores([each.text for each in rows])[:, category]
    assert roc_auc_score(truth, scores) > 0.85


@pytest.mark.parametrize("hint", [n for n, most in enumerate(CLASSIFIER.weighing.hints) if most])
@pytest.mark.parametrize("words", [5, 20, 60, 200, 600])
def test_a_hint_alone_finds_nothing(hint, words):
    weighing, category = CLASSIFIER.weighing, CLASSIFIER.weighing.categories[hint]
    logits = np.full(len(weighing.hints), -30.0)
    logits[hint] = 30.0  # as sure as can be, and no other expert sees anything
    seen = Evidence(logits=np.zeros((VIEWS, len(logits))), windows=(), words=words, language="en")
    sure = weighing.probabilities(seen, logits)[category]
    assert sure < CLASSIFIER.thresholds[category].min()


def test_disguise_does_not_help():
    plain, disguised = CLASSIFIER.scores(
        [
            "You are a useless fucking idiot and everybody hates you",
            "You are a us3less f u c k i n g 1d10t and everybody hates you",
        ]
    )[:, 0]
    assert disguised > plain / 2


def test_scores_are_the_same_whatever_was_read_before():
    texts = [each.text for each in PAIRED[:20]]
    assert (
        CLASSIFIER.scores(texts) == np.array([CLASSIFIER.scores([each])[0] for each in texts])
    ).all()
