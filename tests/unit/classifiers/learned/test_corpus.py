"""Our corpus keeps to its grid: every seed has its twin, kinds are filled, nothing stands twice."""

import random
from collections import Counter

import pytest

from classifiers.learned.corpus import (
    CLEAN_KINDS,
    FOLDER,
    KINDS,
    ordinary,
    own_samples,
    seeds,
    variants,
)
from classifiers.learned.paired import paired_samples

SEEDS = seeds()


def test_there_are_as_many_seeds_as_were_asked_for():
    languages = Counter(each.language for each in SEEDS)
    assert languages["en"] >= 1_500
    assert languages["cy"] >= 500


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize(
    ("category", "kind"), [(category, kind) for category in KINDS for kind in KINDS[category]]
)
def test_every_kind_is_filled_in_both_languages(language, category, kind):
    found = [
        each
        for each in SEEDS
        if (each.language, each.category, each.kind) == (language, category, kind)
    ]
    assert len(found) >= 15


def test_kinds_are_those_of_the_grid():
    for each in SEEDS:
        assert each.kind in KINDS[each.category], each.id
        assert each.clean_kind in CLEAN_KINDS, each.id


def test_nothing_stands_twice():
    texts = Counter(text for each in SEEDS for text in (each.bad, each.clean))
    assert [text[:60] for text, times in texts.items() if times > 1] == []


def test_twins_are_about_as_long_as_their_seeds():
    bad = sum(len(each.bad.split()) for each in SEEDS)
    clean = sum(len(each.clean.split()) for each in SEEDS)
    assert 0.9 < clean / bad < 1.15


def test_slots_are_filled_and_variants_bounded():
    for each in SEEDS:
        made = list(variants(each, 5, random.Random(1)))
        assert len(made) in {2, 10}
        assert not any("{first" in one.text or "{company" in one.text for one in made)


def test_a_seed_weighs_as_much_as_another_however_many_variants():
    totals = Counter()
    for each in own_samples(most=3, seed=1):
        totals[each.group] += each.weight
    assert {round(total, 6) for group, total in totals.items() if "ordinary" not in group} == {2.0}


def test_ordinary_mails_are_clean_of_all():
    mails = list(ordinary(FOLDER, 1))
    assert {each.labels for each in mails} == {(0.0, 0.0, 0.0)}
    assert {each.language for each in mails} == {"en", "cy"}


def test_the_paired_set_is_apart_from_what_is_learned():
    learned = {each.text for each in own_samples(most=1, seed=1)}
    paired = list(paired_samples())
    assert not learned & {each.text for each in paired}
    assert Counter(each.language for each in paired)["en"] == len(paired) / 2
