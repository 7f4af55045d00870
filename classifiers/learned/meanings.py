"""What words mean, as short vectors: a table distilled once from a sentence encoder.

A text's meaning is the mean of its words' vectors, which already weigh rare words more, of length
1. scripts/distil_meanings.py makes the table; the encoder itself is never needed again. A Welsh
word has the meaning of the English words that the glossary gives for it.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

FILE = Path(__file__).with_name("meanings.npz")


class Meanings:
    """The table, shape (words, dimensions), and which row a word has."""

    def __init__(self, hashes: Iterable[int], table: FloatArray) -> None:
        self._rows = {int(each): row for row, each in enumerate(hashes)}
        self.table = table

    def rows(self, words: Iterable[str]) -> Rows:
        """The rows of those words that have one."""
        found = (self._rows.get(crc32(each.encode())) for each in words)
        return np.array([each for each in found if each is not None], dtype=np.int32)

    def of(self, rows: Rows) -> FloatArray:
        """The meaning of a text by its words' rows, shape (dimensions,); 0 if it has none."""
        together = self.table[rows].sum(axis=0)
        length = np.sqrt(together @ together)
        meaning: FloatArray = together / length if length else together
        return meaning


@cache
def meanings() -> Meanings:
    """The table that is shipped."""
    with np.load(FILE, allow_pickle=False) as stored:
        table = stored["table"].astype(np.float32) * stored["scale"][:, np.newaxis]
        return Meanings(stored["words"], table)
