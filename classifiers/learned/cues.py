"""How something is said: to whom, of whom, and whether it is denied, reported, taught or hidden.

What a text means says little of what it does: contempt said to someone is one thing, the same
words in that person's complaint another. So the meaning of a text counts by itself and once more
for each cue that is in it (crossed features: Cheng and others, "Wide & Deep Learning", 2016).
Words are English and folded; a Welsh word shows what the glossary gives for it.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_SAID = """
you your yours yourself u ya ye you're you've you'll you'd youre
| i me my mine we us our i'm i've i'll i'd im
| he she him his her hers they them their he's she's they're
| not no never don't can't won't didn't doesn't isn't wasn't nor cannot without
| said says say told tell called call reported report alleged alleges claims claimed wrote writes
  asked complained complaint complaints statement disclosed described
| policy policies training course module guidance code procedure procedures staff handbook session
  learning workshop example examples awareness
| published publish publication website public notice register foi announced announcement press
  open request requests disclosure award awarded minutes agenda
| secret secretly quiet quietly between confidence confidential confidentially private privately
  nobody anyone tell keep know knows delete forward ourselves yourself
| £ $ € % thousand million price prices cost pay
"""
CUES = tuple(frozenset(each.split()) for each in _SAID.split("|"))
_MONEY = len(CUES) - 1  # also any number that is no date


def cues_of(words: Iterable[str]) -> int:
    """Which cues the words of a chunk give, a bit each."""
    found = 0
    for word in words:
        if word.endswith(" digits>"):
            found |= 1 << _MONEY
        for place, cue in enumerate(CUES):
            if word in cue:
                found |= 1 << place
    return found


def places_of(cues: int) -> list[int]:
    """The cues that are there, by number."""
    return [place for place in range(len(CUES)) if cues >> place & 1]


def crossed(meaning: FloatArray, cues: int) -> FloatArray:
    """A text's meaning by itself, then with each cue, and the cue itself; 0 for those not there.

    Takes shape (dimensions,); returns (dimensions + cues * (dimensions + 1),).
    """
    size = len(meaning)
    row = np.zeros(size + len(CUES) * (size + 1), dtype=np.float32)
    row[:size] = meaning
    for place in places_of(cues):
        start = size + place * (size + 1)
        row[start : start + size] = meaning
        row[start + size] = 1.0
    return row
