"""Fit the experts, twice: the second time also on windows of texts that they have read once.

Of clean mail, the windows that they took for bad: hard negatives are what a budget is spent on
(Felzenszwalb and others, 2010). Of our own texts, the window that says most, with the text's own
label: what makes a text bad is one sentence of it (multiple-instance learning: Andrews and
others, 2003), and in a long mail that sentence is all there is to find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from classifiers.learned.estimator import (
    EXPERTS,
    KEPT,
    MINED,
    OWN,
    POSTS,
    RATIO,
    REAL,
    TELLING,
    Expert,
    hint_model,
    label_for,
    linear_model,
    meaning_model,
)
from classifiers.learned.features import Meaning
from classifiers.learned.meanings import meanings
from classifiers.learned.sample import Sample
from classifiers.learned.scorer import MOST, Linear, windows
from classifiers.learned.weighing import GATE
from classifiers.learned.words import SPACE, Laid, located, training_reader
from classifiers.text.folding import fold

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Texts as numbers: weighted words, shape (texts, SPACE), and meanings."""

    words: sp.csr_matrix
    meanings: npt.NDArray[np.float32]

    def and_(self, more: "Rows") -> "Rows":
        """These rows, and more below them."""
        return Rows(
            words=sp.vstack([self.words, more.words]).tocsr(),
            meanings=np.vstack([self.meanings, more.meanings]),
        )

    def of(self, places: Sequence[int]) -> "Rows":
        """Some of the rows."""
        return Rows(words=self.words[places], meanings=self.meanings[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A window of a text, to be learned from as if it were a text."""

    text: str
    truth: float = 0.0
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What an expert learns from beside whole texts."""

    rows: Rows
    truth: Array
    weights: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One expert: what it learned of words, and of meanings."""

    words: SGDClassifier
    meaning: LogisticRegression


def rows_of_texts(pipeline: Pipeline, texts: Sequence[str]) -> Rows:
    """Texts as numbers, by a fitted pipeline."""
    return Rows(words=pipeline.transform(texts), meanings=Meaning().transform(texts))


def fit_experts(
    samples: Sequence[Sample], rows: Rows, chosen: Flags, pipeline: Pipeline, seed: int
) -> tuple[Fitted, ...]:
    """Fit every expert on the chosen rows, and again with what is mined from them."""
    first = tuple(_fit(each, samples, rows, chosen, None, seed) for each in EXPERTS)
    linear = linear_of(pipeline, first)
    taken = [each for each, its in zip(samples, chosen, strict=True) if its]
    mails = [
        each for each in taken if 1.0 not in each.labels and (each.kind == "email" or _welsh(each))
    ]
    mined = _mine(mails, linear)
    telling = _telling([each for each in taken if each.source in OWN], linear)
    return tuple(
        _fit(expert, samples, rows, chosen, _more(pipeline, [*hard, *most]), seed)
        if hard or most
        else fitted
        for expert, fitted, hard, most in zip(EXPERTS, first, mined, telling, strict=True)
    )


def _more(pipeline: Pipeline, excerpts: Sequence[Excerpt]) -> More:
    return More(
        rows=rows_of_texts(pipeline, [each.text for each in excerpts]),
        truth=np.array([each.truth for each in excerpts]),
        weights=np.array([each.weight for each in excerpts]),
    )


def _welsh(sample: Sample) -> bool:
    """Whether it is public Welsh, of which there are sentences and no mails."""
    return sample.language == "cy" and sample.source not in OWN


def _windows(text: str, linear: Linear) -> tuple[npt.NDArray[np.float32], list[tuple[int, int]]]:
    """What each expert says of each window, shape (windows, experts), and where it stands."""
    chunks = training_reader().chunks(text)[0][:MOST]
    laid = Laid(chunks)
    folded = fold(text)
    spans = [folded.span(*each) for each in located(folded.text)]
    places = windows(chunks)
    if not places:
        return np.zeros((0, len(EXPERTS)), dtype=np.float32), []
    logits = np.stack([linear.logits(laid, start, end) for start, end in places])
    return logits, [(spans[start][0], spans[end - 1][1]) for start, end in places]


def _mine(mails: Sequence[Sample], linear: Linear) -> list[list[Excerpt]]:
    """The windows of clean mails that each expert for mail takes for bad, the worst first."""
    found: list[list[tuple[float, str]]] = [[] for _ in EXPERTS]
    floor = np.full(len(EXPERTS), -np.inf)
    for mail in mails:
        for logits, (start, end) in zip(*_windows(mail.text, linear), strict=True):
            for place in map(int, np.flatnonzero(logits > floor)):
                if _minable(EXPERTS[place], mail):
                    found[place].append((float(logits[place]), mail.text[start:end]))
        for place, pool in enumerate(found):
            if len(pool) > 2 * MINED:
                pool.sort(reverse=True)
                del pool[MINED:]
                floor[place] = pool[-1][0]
    return [
        [
            Excerpt(text=text, weight=expert.hard_weight)
            for _, text in sorted(pool, reverse=True)[:MINED]
        ]
        for expert, pool in zip(EXPERTS, found, strict=True)
    ]


def _telling(samples: Sequence[Sample], linear: Linear) -> list[list[Excerpt]]:
    """The window that each expert for mail thinks worst, of our texts that have several."""
    found: list[list[Excerpt]] = [[] for _ in EXPERTS]
    for sample in samples:
        logits, places = _windows(sample.text, linear)
        if len(places) < 2:  # noqa: PLR2004 - it would be the text itself
            continue
        for expert, worst, pool in zip(EXPERTS, logits.argmax(axis=0), found, strict=True):
            truth = label_for(expert, sample)
            if not _mines(expert) or truth is None:
                continue
            start, end = places[worst]
            weight = TELLING * _weight(expert, sample, truth)
            pool.append(Excerpt(text=sample.text[start:end], truth=truth, weight=weight))
    return found


def _mines(expert: Expert) -> bool:
    return expert.category != GATE and not expert.posts and not expert.hint


def _minable(expert: Expert, mail: Sample) -> bool:
    return _mines(expert) and mail.labels[expert.category] == 0.0


def _fit(
    expert: Expert,
    samples: Sequence[Sample],
    rows: Rows,
    chosen: Flags,
    more: More | None,
    seed: int,
) -> Fitted:
    truths = [label_for(expert, each) for each in samples]
    places = [
        place
        for place, truth in enumerate(truths)
        if chosen[place] and truth is not None and _learns_from(expert, samples[place])
    ]
    truth = np.array([truths[place] for place in places], dtype=float)
    weights = np.array([_weight(expert, samples[place], truths[place]) for place in places])
    given = rows.of(places)
    if more is not None:
        given = given.and_(more.rows)
        truth = np.append(truth, more.truth)
        weights = np.append(weights, more.weights)
    words = linear_model(expert.freedom, max(len(truth), 1), seed)
    if len(set(truth)) < 2:  # noqa: PLR2004 - without public data there are no posts to tell
        return Fitted(words=_silent(words, SPACE), meaning=_silent(meaning_model(), _width(given)))
    if expert.hint:
        return Fitted(words=_silent(words, SPACE), meaning=_hint(expert, given, truth))
    with threadpool_limits(limits=1):  # BLAS's threads triple the time of fits this small
        meaning = meaning_model().fit(given.meanings, truth, sample_weight=weights)
    scale = log_ratios(given.words, truth, weights)
    words.fit(given.words @ sp.diags(scale), truth, sample_weight=weights)
    words.coef_ = words.coef_ * scale
    return Fitted(words=words, meaning=meaning)


def log_ratios(words: sp.csr_matrix, truth: Array, weights: Array) -> npt.NDArray[np.float32]:
    """How far each word tells bad from clean by itself, to the power RATIO; shape (SPACE,).

    What tells little is made small, so that learning leaves it alone (Wang and Manning, 2012).
    """
    there = (words > 0).astype(np.float32)
    bad, clean = (1 + there.T @ (weights * (truth == each)) for each in (1.0, 0.0))
    ratios = np.abs(np.log(bad / bad.sum()) - np.log(clean / clean.sum()))
    scale: npt.NDArray[np.float32] = (ratios**RATIO).astype(np.float32)
    return scale


def _learns_from(expert: Expert, sample: Sample) -> bool:
    if expert.hint:
        return sample.source in REAL and sample.kind == "email"
    return expert.posts or sample.source not in POSTS


def _hint(expert: Expert, given: Rows, truth: Array) -> LogisticRegression:
    """Learned from the meaning without cues: there are too few mails for more."""
    plain = meanings().table.shape[1]
    model = hint_model(expert.freedom).fit(given.meanings[:, :plain], truth)
    model.coef_ = np.pad(model.coef_, ((0, 0), (0, _width(given) - plain)))
    model.n_features_in_ = _width(given)
    return model


def _width(rows: Rows) -> int:
    return int(rows.meanings.shape[1])


def _silent(model: Any, width: int) -> Any:
    """A model that says nothing of any text."""
    model.coef_, model.intercept_ = np.zeros((1, width)), np.zeros(1)
    model.classes_ = np.array([0.0, 1.0])
    return model


def _weight(expert: Expert, sample: Sample, truth: float | None) -> float:
    if sample.source in REAL:
        return sample.weight * expert.real_weight * (2.0 if truth else 1.0)
    if sample.source not in OWN:
        return sample.weight * (expert.welsh_weight if _welsh(sample) else 1.0)
    return sample.weight * expert.own_weight * (1.0 if truth else expert.clean_weight)


def linear_of(pipeline: Pipeline, experts: Sequence[Fitted]) -> Linear:
    """The runtime form of fitted parts, in the precision that is stored."""
    idf = _stored(pipeline["tfidf"].idf_)
    both = list(zip(EXPERTS, experts, strict=True))
    return Linear(
        idf,
        _stored(np.stack([_pruned(each.words.coef_[0], idf) for each in experts], axis=1)),
        _stored(
            np.stack([each.meaning * fitted.meaning.coef_[0] for each, fitted in both], axis=1)
        ),
        np.array(
            [
                fitted.words.intercept_[0] + each.meaning * fitted.meaning.intercept_[0]
                for each, fitted in both
            ],
            dtype=np.float32,
        ),
    )


def _pruned(coefficients: Array, idf: npt.NDArray[np.float32]) -> Array:
    """Coefficients without those that weigh least."""
    weight = np.abs(coefficients) * idf
    some = weight[weight > 0]
    if not len(some):
        return coefficients
    return np.where(weight >= np.quantile(some, 1 - KEPT), coefficients, 0.0)


def _stored(values: Array) -> npt.NDArray[np.float32]:
    """Values in half precision, which is what the weights' file keeps."""
    return np.ascontiguousarray(values.astype(np.float16).astype(np.float32))
