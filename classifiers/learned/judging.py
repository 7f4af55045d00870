"""What calibration looks at, made of samples that the experts have not seen."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from classifiers.learned.estimator import POSTS
from classifiers.learned.sample import Sample

_HOST = (80, 700)  # words of a mail that a bad sentence is hidden in
_HIDDEN = 60  # words of what is hidden, at most
_POSTS = 0.05  # the share of public posts that calibration looks at


def judgeable(samples: Iterable[Sample], choose: random.Random) -> Iterable[Sample]:
    """Yield what calibration looks at.

    That is our writing, whole clean mails, Welsh sentences joined into mails, our writing hidden
    in clean mails, and some public posts.
    """
    samples = list(samples)
    own = [each for each in samples if each.source == "own"]
    mails = [each for each in samples if each.kind == "email"]
    yield from own
    yield from mails
    yield from joined_welsh(samples, choose)
    yield from (each for each in samples if each.source in POSTS and choose.random() < _POSTS)
    low, high = _HOST
    hosts: dict[str, list[Sample]] = {}
    for each in mails:
        if low <= len(each.text.split()) <= high:
            hosts.setdefault(each.language, []).append(each)
    for each in own:
        if each.language in hosts and len(each.text.split()) <= _HIDDEN:
            yield hidden(each, choose.choice(hosts[each.language]), choose)


def hidden(guest: Sample, host: Sample, choose: random.Random) -> Sample:
    """One text between two lines of a longer clean one; labelled as the guest."""
    lines = host.text.splitlines()
    at = choose.randrange(len(lines) + 1)
    body = guest.text.partition("\n")[2] if guest.text.startswith("Subject:") else guest.text
    return replace(
        guest,
        text="\n".join([*lines[:at], body.strip(), *lines[at:]]),
        kind="hidden" if 1.0 in guest.labels else "hidden clean",
    )


def joined_welsh(samples: Sequence[Sample], choose: random.Random) -> Iterable[Sample]:
    """Clean Welsh sentences joined into texts as long as mails."""
    sentences = [each for each in samples if each.language == "cy" and each.kind == "sentence"]
    choose.shuffle(sentences)
    at = 0
    while at < len(sentences):
        size = choose.choice((1, 2, 4, 8, 16))
        some = sentences[at : at + size]
        at += size
        yield replace(some[0], text=" ".join(each.text for each in some), kind="email")
