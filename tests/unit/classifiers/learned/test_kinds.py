"""What kind a bad text reads like: one of the policy's, named only when likely enough."""

import numpy as np
import pytest

from classifiers import learned
from classifiers.learned.corpus import KINDS
from classifiers.learned.kinds import SURE, Kinds
from classifiers.learned.sample import CATEGORIES
from classifiers.learned.words import Laid, Reader


def laid(text):
    chunks = Reader().chunks(text)[0]
    return Laid(chunks), 0, len(chunks)


def test_the_kinds_are_the_policy_s(trained):
    for category, names in zip(CATEGORIES, trained.kinds.names, strict=True):
        assert set(names) <= set(KINDS[category])
    assert any(trained.kinds.names)


def test_each_text_s_kinds_add_up(trained):
    width = len(trained.kinds.directions)
    meant = np.random.default_rng(1).normal(size=(5, width)).astype(np.float32)
    for category, names in enumerate(trained.kinds.names):
        sure = trained.kinds.probabilities(category, meant)
        assert sure.shape == (5, len(names))
        assert sure.sum(axis=1) == pytest.approx(np.ones(5) if names else np.zeros(5))


def test_no_kind_is_named_that_is_not_likely_enough(trained):
    width = len(trained.kinds.directions)
    even = Kinds([("one", "other", "third")], np.zeros((width, 3)), np.zeros(3))
    assert SURE > 1 / 3
    assert even.most_like(0, *laid("Nothing of this is more like one than another")) == ""
    leaning = Kinds([("one", "other", "third")], np.zeros((width, 3)), np.array([0.0, 9.0, 0.0]))
    assert leaning.most_like(0, *laid("Whatever is said here")) == "other"


def test_a_category_without_kinds_names_none(trained):
    none = Kinds([()], np.zeros((len(trained.kinds.directions), 0)), np.zeros(0))
    assert none.most_like(0, *laid("You useless man")) == ""


def test_writers_not_read_are_counted(trained):
    for each in trained.named:
        assert 0 <= each.right <= each.named <= each.bad
    assert sum(each.bad for each in trained.named) > 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Come near my van again and I will break your legs.", "threat"),
        ("You'll get the contract if my brother gets the new kitchen for nothing.", "inducement"),
        (
            "Counsel says we would lose in court and should settle before the hearing.",
            "legal-advice",
        ),
        ("Os doi di'n agos at fy nhŷ i eto mi dorra i dy goesau di.", "threat"),
    ],
)
def test_the_shipped_one_names_what_is_plain(text, kind):
    judged = learned.load().judge(text, explain=True)
    assert kind in {each.kind for each in judged}
