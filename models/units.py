"""Quantities as people write them in settings: "35MB", "30s", "127.0.0.1:2525"."""

from typing import NamedTuple

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_DURATIONS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Size(int):
    """Octets; decimal multiples, as mail servers count."""

    @classmethod
    def parse(cls, text: str) -> "Size":
        """Read "35MB". Raises ValueError saying what is expected."""
        number, unit = _split(text)
        if unit not in _SIZES or number < 0:
            raise ValueError('a size such as "35MB" (B, KB, MB or GB)')
        return cls(int(number * _SIZES[unit]))


class Duration(float):
    """Seconds."""

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read "30s". Raises ValueError saying what is expected."""
        number, unit = _split(text)
        if unit not in _DURATIONS or number < 0:
            raise ValueError('a duration such as "30s" (s, m, h or d)')
        return cls(number * _DURATIONS[unit])


class HostPort(NamedTuple):
    """Where to listen or to connect."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "HostPort":
        """Read "127.0.0.1:2525" or "[::1]:2525". Raises ValueError saying what is expected."""
        host, colon, port = text.rpartition(":")
        if not (colon and host and port.isascii() and port.isdigit() and 0 <= int(port) <= 65535):  # noqa: PLR2004
            raise ValueError('"HOST:PORT", the port from 0 to 65535')
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _split(text: str) -> tuple[float, str]:
    unit = text.lstrip("0123456789. ")
    try:
        return float(text[: len(text) - len(unit)]), unit
    except ValueError:
        return -1.0, unit
