"""The public labelled data, one JSON Lines file a source, as its datasheet describes them.

In public data abuse is social media and clean is mail, so the source gives the label away. Hence
each source and label counts at most as `_MOST` rows, mails are also given in windows, and the
sentences that nobody marked in a toxic comment are clean writing of the same style.
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from classifiers.learned.sample import CATEGORIES, Sample
from models.errors import SettingInvalid

_MOST = 4_000  # rows that one source and label may count as
_WINDOW = 40  # words
_WINDOWS = 3  # of one mail
_LONGEST = 6_000  # characters of a text that are learned from
_WEAK = 0.4  # the weight of a label that is a guess
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_LEAST_WORDS = 5  # of a sentence worth learning from


def public(folder: Path) -> tuple[Sample, ...]:
    """Every sample of the sources in a folder, weighted. Raises SettingInvalid."""
    paths = sorted(folder.glob("*.jsonl.gz"))
    if not paths:
        raise SettingInvalid(f"{folder}: no *.jsonl.gz in it; expected the public data sets")
    return tuple(each for path in paths for each in balanced(_source(path)))


def _source(path: Path) -> list[Sample]:
    name = path.name.removesuffix(".jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [sample for number, row in enumerate(rows) for sample in _samples(name, number, row)]


def _samples(name: str, number: int, row: str) -> Iterator[Sample]:
    try:
        fields = json.loads(row)
        whole = Sample(
            text=fields["text"][:_LONGEST],
            language=fields.get("lang", "en"),
            labels=_labels(fields),
            source=name,
            group=f"{name}/{fields.get('group') or fields['id']}",
            kind=fields.get("kind", ""),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SettingInvalid(
            f"{name}.jsonl.gz line {number + 1}: {type(error).__name__};"
            " expected an object with id, text and labels"
        ) from None
    if fields.get("weak_abusive") == 0:
        whole = replace(whole, weight=_WEAK)
    yield whole
    if name == "toxic_spans":
        yield from _unmarked(whole, fields.get("spans") or [])
    elif whole.kind == "email":
        yield from _windows(whole)


def _labels(fields: dict[str, Any]) -> tuple[float | None, ...]:
    given = fields["labels"]
    labels = [None if given.get(each) is None else float(given[each]) for each in CATEGORIES]
    if labels[0] is None and fields.get("weak_abusive") == 0:
        labels[0] = 0.0
    if fields.get("dataset") == "clinton_foia":
        # an office's ordinary business, but for what the exemptions of the release took out
        taken_out = set(fields.get("foia") or [])
        labels[1] = None if taken_out - {"B6"} else 0.0  # B6: somebody's address or telephone
        labels[2] = None if "B4" in taken_out else 0.0
    return tuple(labels)


def _unmarked(whole: Sample, spans: list[list[int]]) -> Iterator[Sample]:
    for sentence in _SENTENCE.finditer(whole.text):
        touched = any(sentence.start() < end and start < sentence.end() for start, end in spans)
        if not touched and len(sentence[0].split()) >= _LEAST_WORDS:
            yield replace(
                whole, text=sentence[0].strip(), labels=(0.0, None, None), kind="unmarked"
            )


def _windows(whole: Sample) -> Iterator[Sample]:
    """Windows of a clean mail; a bad mail's windows need not be bad."""
    if 1.0 in whole.labels:
        return
    words = whole.text.split()
    step = max(_WINDOW, len(words) // _WINDOWS)
    for start in range(0, min(len(words), step * _WINDOWS), step):
        piece = words[start : start + _WINDOW]
        if len(piece) >= _LEAST_WORDS and len(piece) < len(words):
            yield replace(whole, text=" ".join(piece), kind="window", weight=whole.weight / 2)


def balanced(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Weigh the samples of one source so that none of its labels counts as more than `_MOST`."""
    samples = list(samples)
    counts: defaultdict[tuple[float | None, ...], float] = defaultdict(float)
    for each in samples:
        counts[each.labels] += each.weight
    for each in samples:
        share = min(1.0, _MOST / counts[each.labels])
        yield replace(each, weight=each.weight * share)
