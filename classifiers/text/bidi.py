"""Text in the order in which it is shown, where overrides turn it round (Unicode annex 9)."""

_OVERRIDE, _ENDS = "\u202e", "\u202c\u202d\u2069\n"


def shown_order(text: str) -> str | None:
    """Turn round what stands under a right-to-left override; None where there is none.

    Only overrides turn Latin letters and digits round; embeddings and isolates do not.
    """
    if _OVERRIDE not in text:
        return None
    pieces: list[str] = []
    under: list[str] | None = None
    for each in text:
        if each == _OVERRIDE and under is None:
            under = []
        elif under is not None and each in _ENDS:
            pieces.extend((*reversed(under), each))
            under = None
        elif under is not None:
            under.append(each)
        else:
            pieces.append(each)
    pieces.extend(reversed(under or []))
    return "".join(pieces)
