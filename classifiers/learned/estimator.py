"""The unfitted parts of the classifier, and every number that was chosen for them.

Four linear experts over one feature space. What is abusive is told by two: one that learned from
mail and one that learned from public posts, because a model that sees both learns that posts are
abusive and mail is not. docs/classifier.md has what was tried.
"""

from dataclasses import dataclass

from sklearn.linear_model import LogisticRegression, SGDClassifier

POSTS = frozenset(
    "davidson edos sbic stormfront civil_toxic toxic_spans wikitalk_gc toxigen goemotions"
    " surge_toxicity".split()
)
EPOCHS = 10
FOLDS = 5
VARIANTS = 3  # of a seed with slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """One linear model: the category it tells, what it learns from, and how freely."""

    name: str
    category: int  # place in CATEGORIES
    posts: bool  # learns from public posts too, or from mail and our own writing alone
    freedom: float  # the inverse of regularisation, as scikit-learn's C
    own_weight: float  # of a text of our corpus; a public one is 1 at the most


EXPERTS = (
    Expert(name="abusive mail", category=0, posts=False, freedom=10, own_weight=5),
    Expert(name="abusive post", category=0, posts=True, freedom=30, own_weight=1),
    Expert(name="confidential", category=1, posts=False, freedom=10, own_weight=5),
    Expert(name="commercial", category=2, posts=False, freedom=10, own_weight=5),
)


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


def weighing_model() -> LogisticRegression:
    """Puts whole and worst window together, with what length and language add."""
    return LogisticRegression(C=10.0, max_iter=500)
