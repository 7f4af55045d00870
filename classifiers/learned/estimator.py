"""The unfitted parts of the classifier, and every number that was chosen for them.

Linear experts over one feature space. What is abusive is told by two: one that learned from mail
and one that learned from public posts, because a model that sees both learns that posts are
abusive and mail is not. Another tells which a text is. Two hints learned from mail that was really
sent; they order what the others leave low, and never hold a mail alone. docs/classifier.md has
what was tried.
"""

from dataclasses import dataclass

from sklearn.linear_model import LogisticRegression, SGDClassifier

from classifiers.learned.sample import Sample
from classifiers.learned.weighing import GATE

POSTS = frozenset(
    {
        *("davidson", "edos", "sbic", "stormfront", "civil_toxic", "toxic_spans"),
        *("wikitalk_gc", "toxigen", "goemotions", "surge_toxicity"),
    }
)
OWN = frozenset({"own", "own mail", "answers"})  # seeds and twins, ordinary mails, reviewers
CONTRASTS = frozenset(
    {"en-aa", "en-g", "cy-f", "cy-u"}
)  # short contrasts, as much like posts as like mail
EPOCHS = 20
FOLDS = 5
KEPT = 0.3  # of the coefficients, the largest: the others together change no figure
REAL = frozenset({"enron_cat"})  # mail that was really sent, and that others annotated
MINED = 5_000  # windows of clean mail that an expert took for bad, learned from once more
TELLING = 0.5  # weight of the window of a text of ours that says most, beside the text itself
MEANING = 0.6  # what the logit by meaning counts beside that by words
RATIO = 0.5  # power of the log ratio that a word is scaled by before it is learned from
VARIANTS = 3  # of a seed with slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """One linear model: the category it tells, what it learns from, and how freely."""

    name: str
    category: int  # place in CATEGORIES; GATE: whether a text is a post
    posts: bool  # is for posts, and learns from them too; or for mail, and from mail and ours alone
    freedom: float  # the inverse of regularisation, as scikit-learn's C
    own_weight: float  # of a text of our corpus; a public one is 1 at the most
    clean_weight: float = 1.0  # and of a clean one of ours: that times this
    real_weight: float = 1.0  # of a mail that was really sent and that others annotated
    hard_weight: float = 1.0  # of a window of clean mail that it took for bad
    welsh_weight: float = 1.0  # of a public Welsh sentence: there is little clean Welsh
    hint: float = 0.0  # not 0: learns from REAL by meaning alone, and adds this much at the most

    @property
    def meaning(self) -> float:
        """What the logit by meaning counts beside that by words; of a hint it is all there is."""
        return 1.0 if self.hint else MEANING


EXPERTS = (
    Expert(
        name="abusive mail",
        category=0,
        posts=False,
        freedom=10,
        own_weight=3,
        clean_weight=3,
        real_weight=3,
        hard_weight=1.5,
        welsh_weight=3,
    ),
    Expert(name="abusive post", category=0, posts=True, freedom=30, own_weight=1),
    Expert(name="post or mail", category=GATE, posts=True, freedom=3, own_weight=1),
    Expert(
        name="confidential",
        category=1,
        posts=False,
        freedom=10,
        own_weight=4.5,
        clean_weight=3,
        real_weight=12,
        hard_weight=2,
    ),
    Expert(
        name="commercial",
        category=2,
        posts=False,
        freedom=10,
        own_weight=3.5,
        clean_weight=8,
        real_weight=3,
        welsh_weight=2,
    ),
    Expert(name="confidential hint", category=1, posts=False, freedom=3, own_weight=0, hint=0.25),
    Expert(name="commercial hint", category=2, posts=False, freedom=3, own_weight=0, hint=0.6),
)


def label_for(expert: Expert, sample: Sample) -> float | None:
    """What an expert is to say of a sample; None where that is not known."""
    if expert.category == GATE:
        return None if sample.writer in CONTRASTS else float(sample.source in POSTS)
    return sample.labels[expert.category]


def linear_model(freedom: float, rows: int, seed: int) -> SGDClassifier:
    """Logistic regression by averaged stochastic descent; `partial_fit` takes it in pieces."""
    return SGDClassifier(
        loss="log_loss",
        alpha=1 / (freedom * rows),
        average=True,
        max_iter=EPOCHS,
        tol=None,
        random_state=seed,
    )


def meaning_model() -> LogisticRegression:
    """Logistic regression over the meaning of a text and its cues."""
    return LogisticRegression(C=10.0, max_iter=200)


def kind_model() -> LogisticRegression:
    """Tells the kinds of one category apart, by the meaning of a text and its cues."""
    return LogisticRegression(C=0.3, max_iter=200)


def weighing_model() -> LogisticRegression:
    """Puts whole and worst window together, with what length and language add."""
    return LogisticRegression(C=10.0, max_iter=3000)


def hint_model(freedom: float) -> LogisticRegression:
    """Logistic regression over the meaning of a mail alone; few of these mails are bad."""
    return LogisticRegression(C=freedom, max_iter=500, class_weight="balanced")
