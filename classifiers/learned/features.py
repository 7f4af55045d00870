"""The features as scikit-learn transformers: for training, and to show that both halves agree."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import Pipeline

from classifiers.learned.cues import crossed
from classifiers.learned.meanings import meanings
from classifiers.learned.words import SPACE, Chunk, Laid, training_reader


class HashedWords(TransformerMixin, BaseEstimator):
    """Texts to counts of hashed features, shape (texts, SPACE). Stateless: fit learns nothing."""

    def fit(self, _texts: Sequence[str], _labels: object = None) -> "HashedWords":
        """Return itself."""
        return self

    def transform(self, texts: Iterable[str]) -> sp.csr_matrix:
        """Return a sparse matrix of counts; an empty text has an empty row."""
        reader = training_reader()
        indices, counts, ends = [], [], [0]
        for text in texts:
            chunks, _ = reader.chunks(text)
            if chunks:
                places, times = np.unique(Laid(chunks).features(0, len(chunks)), return_counts=True)
                indices.append(places)
                counts.append(times)
            ends.append(ends[-1] + (len(places) if chunks else 0))
        return sp.csr_matrix(
            (
                np.concatenate([np.empty(0), *counts]).astype(np.float32),
                np.concatenate([np.empty(0, dtype=np.int32), *indices]),
                np.array(ends),
            ),
            shape=(len(ends) - 1, SPACE),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """There is nothing to fit."""
        return True


def weighted_words() -> Pipeline:
    """Counts, then sublinear counts times idf, each row of length 1 (Salton and Buckley, 1988)."""
    return Pipeline([("words", HashedWords()), ("tfidf", TfidfTransformer(sublinear_tf=True))])


class Meaning(TransformerMixin, BaseEstimator):
    """Texts to their meanings crossed with cues (`cues.crossed`). Stateless: fit learns nothing."""

    def fit(self, _texts: Sequence[str], _labels: object = None) -> "Meaning":
        """Return itself."""
        return self

    def transform(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Return a row for each text; an empty text has zeros."""
        reader = training_reader()
        return np.stack([_meant(reader.chunks(each)[0]) for each in texts])

    def __sklearn_is_fitted__(self) -> bool:
        """There is nothing to fit."""
        return True


def _meant(chunks: list[Chunk]) -> npt.NDArray[np.float32]:
    if not chunks:
        return crossed(meanings().of(np.empty(0, dtype=np.int32)), 0)
    laid = Laid(chunks)
    return crossed(meanings().of(laid.meanings(0, len(chunks))), laid.cues(0, len(chunks)))
