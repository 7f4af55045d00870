"""How often clean writing is found wrongly: by language, by kind, and where it names a group."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.learned.evaluation import wilson
from classifiers.learned.sample import Sample

Flags = npt.NDArray[np.bool_]

_GROUPS = {
    "women or men": r"wom[ae]n|girls?|m[ae]n|boys?|merch(?:ed)?|menyw(?:od)?|dyn(?:ion)?|bechgyn",
    "faith": r"muslims?|jew(?:s|ish)?|hindus?|christians?|sikhs?|mwslim\w*|iddew\w*|cristnog\w*",
    "race or nation": r"black|asian|polish|romanian|indian|african|irish|english|welsh|du|asiaidd"
    r"|pwyl\w*|romani\w*|saes\w*|cymr[oy]\w*",
    "gay, lesbian or trans": r"gay|lesbian|trans|queer|bisexual|hoyw|lesbiaidd|traws\w*",
    "disability or illness": r"disab\w+|deaf|blind|autis\w+|wheelchair|depress\w+|dyslexi\w+"
    r"|anabl\w*|byddar|dall|awtis\w*|iselder",
    "Travellers or refugees": r"travellers?|gyps\w+|refugees?|asylum|migrants?|teithwyr|ffoadur\w*",
    "age": r"old|elderly|pensioners?|young|hen|henoed|ifanc|pensiynwyr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """Clean writing of one sort: how much of it was found in any category."""

    of: str
    found: int
    clean: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        return wilson(self.found, self.clean)


def false_alarms(samples: Sequence[Sample], found: Flags) -> list[FalseAlarms]:
    """Count clean texts of our corpus that were found, by sort; `found` is a flag a sample."""
    sorts: list[tuple[str, Callable[[Sample], bool]]] = [
        ("all", lambda _each: True),
        ("in English", lambda each: each.language == "en"),
        ("in Welsh", lambda each: each.language == "cy"),
    ]
    sorts += [
        (f"names {name}", _naming(re.compile(rf"\b(?:{words})\b", re.IGNORECASE)))
        for name, words in _GROUPS.items()
    ]
    sorts += [(f"kind {kind}", _of_kind(kind)) for kind in sorted({each.kind for each in samples})]
    out = []
    for name, belongs in sorts:
        chosen = [
            bool(hit)
            for each, hit in zip(samples, found, strict=True)
            if 1.0 not in each.labels and belongs(each)
        ]
        if chosen:
            out.append(FalseAlarms(of=name, found=sum(chosen), clean=len(chosen)))
    return out


def _naming(pattern: re.Pattern[str]) -> Callable[[Sample], bool]:
    return lambda each: pattern.search(each.text) is not None


def _of_kind(kind: str) -> Callable[[Sample], bool]:
    return lambda each: each.kind == kind
