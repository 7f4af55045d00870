"""Pictures, where the body has asked for them to be read and the program for it is there."""

from collections.abc import Iterator

from classifiers.text.extracting import Budget, Extracted, Missing, Piece, Source
from classifiers.text.remains import picture_words


def read_picture(source: Source, budget: Budget) -> Iterator[Extracted]:
    """Yield the words beside the picture and the text in it, or say that it is not read."""
    yield Piece(picture_words(source.payload, budget), hidden=True)
    if budget.recogniser is None:
        yield Missing("picture", source.name)
        return
    try:
        yield Piece(budget.recogniser(source.payload, budget.seconds_left))
    except TimeoutError:
        yield Missing("out-of-time", source.name)
