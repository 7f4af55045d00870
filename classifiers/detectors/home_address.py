"""Finds home addresses: a house and a postcode, and words that make it somebody's home.

A postcode by itself is fifteen houses or an office (Royal Mail's postcode address file), and
every signature has one: only the words about a home carry it.
"""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, headed, matches
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

POSTCODE = compile_pattern(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")
_HOUSE = compile_pattern(
    r"\b(?:(?:flat|fflat|apartment|unit) \d+[a-z]?,? )?\d{1,4}[a-z]?,? (?:[a-z\x{27}-]+ ){0,3}"
    r"(?:road|street|lane|avenue|close|drive|crescent|terrace|place|court|way|grove|gardens|row"
    r"|hill|park|square|mews|heol|stryd|lon|ffordd|rhodfa|clos|maes|tir|bryn|teras|cilgant|rhes)\b"
)
_HOME = compile_pattern(
    r"\b(?:lives? (?:at|in)|living at|resides? at|resident at|home address|his address|her address"
    r"|their address|my address|residing at|of no fixed"
    r"|(?:he|she|they|who|family|tenant|client|pupil|child|mother|father|patient)"
    r"(?:'s| is| are| has| have)? (?:now )?(?:moved to|staying (?:at|with))"
    r"|cyfeiriad cartref|ei gyfeiriad|ei chyfeiriad|eu cyfeiriad|yn byw (?:yn|ar|mewn)|cartref yw"
    r"|gyfeiriad cartref|sy'n byw|n byw)\b"
)
_COLUMN = compile_pattern(r"address|cyfeiriad|postcode|cod post")
_PUBLIC = compile_pattern(  # whose address is no one's home
    r"\b(?:site|premises|venue|office|business|company|delivery|application|development|property"
    r"|safle|swyddfa|lleoliad|cais|busnes|cwmni|eiddo)\b"
)
_REACH = 120  # characters around a postcode in which house and words stand


class HomeAddress:
    """Home addresses: 0.85 said to be a home with a house, 0.5 without a house, 0.2 neither."""

    name = "home-address"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield one finding a postcode."""
        for text, folded in reading.texts:
            for start, end, _ in matches(POSTCODE, folded):
                around = folded.text[max(0, start - _REACH) : end + _REACH]
                home = _HOME.search(around) is not None or (
                    headed(folded, start, _COLUMN) and not headed(folded, start, _PUBLIC)
                )
                house = _HOUSE.search(around) is not None
                score = 0.85 if home and house else 0.5 if home else 0.2
                yield finding(self.name, "identity", score, text, folded, start, end)
