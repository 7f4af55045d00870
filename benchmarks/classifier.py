#!/usr/bin/env python3
"""Time the trained classifier on our ordinary mails, beside scikit-learn on the same model.

    benchmarks/classifier.py [--rounds N] [--json]

One process, one text at a time, rounds interleaved; folding, language, sentences and weighing are
in the classifier's time. scikit-learn scores the whole text alone, with the estimators that the
classifier was made from.
"""

import argparse
import json
import time
import tracemalloc
from pathlib import Path

import numpy as np
import skops.io

from classifiers import learned
from classifiers.learned.artefact import newest
from classifiers.learned.corpus import FOLDER, ordinary
from classifiers.learned.features import Meaning
from classifiers.learned.publish import OURS

SHORTEST, LONGEST = 100, 220  # words of the mails whose times are told


def timed(function, texts):
    """Milliseconds of each call."""
    spent = []
    for text in texts:
        began = time.perf_counter()
        function([text])
        spent.append(1000 * (time.perf_counter() - began))
    return spent


def by_scikit_learn(folder: Path):
    """What scores texts with the stored estimators."""
    stored = skops.io.load(folder / "classifier.skops", trusted=list(OURS))

    def score(texts):
        rows, meant = stored["features"].transform(texts), Meaning().transform(texts)
        for words, meaning in zip(stored["words"], stored["meaning"], strict=True):
            words.decision_function(rows)
            meaning.decision_function(meant)

    return score


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    tracemalloc.start()
    began = time.perf_counter()
    classifier = learned.load()
    load = time.perf_counter() - began
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    texts = [each.text for each in ordinary(FOLDER, 1)]
    other = by_scikit_learn(newest())
    timed(classifier.scores, texts)  # words are remembered from the first sight on
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        ours += timed(classifier.scores, texts)
        theirs += timed(other, texts)
    words = np.array([len(each.split()) for each in texts] * arguments.rounds)
    middle = (words > SHORTEST) & (words < LONGEST)
    ours, theirs = np.array(ours), np.array(theirs)
    facts = {
        "load_s": round(load, 3),
        "memory_mb": round(memory / 1e6, 1),
        "mails": len(texts),
        "mean_words": round(float(words[middle].mean())),
        "p50_ms": round(float(np.quantile(ours[middle], 0.5)), 3),
        "p99_ms": round(float(np.quantile(ours[middle], 0.99)), 3),
        "scikit_learn_p50_ms": round(float(np.quantile(theirs[middle], 0.5)), 3),
        "ratio_p50": round(
            float(np.quantile(ours[middle], 0.5) / np.quantile(theirs[middle], 0.5)), 3
        ),
    }
    if arguments.json:
        print(json.dumps(facts))
        return
    for name, value in facts.items():
        print(f"{name:<22} {value}")


if __name__ == "__main__":
    main()
