"""One labelled text."""

from dataclasses import dataclass, field

CATEGORIES = ("abusive", "confidential", "commercial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text, and what is known of it: 1.0, 0.0, or None for not known, a category each."""

    text: str = field(repr=False)
    language: str  # "en", "cy"
    labels: tuple[float | None, ...]  # in the order of CATEGORIES
    source: str  # the data set it is from; "own" for our corpus
    group: str  # what a split may not part: a seed, a thread, a template
    writer: str = ""
    kind: str = ""  # of our corpus: what kind of bad or clean mail; of others: mail, post, sentence
    seed_kind: str = ""
    weight: float = 1.0
