"""A body: the public authority that controls the system for some domains (IPA 2016 s.4; L8)."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/London")  # where the bodies are: their days begin at midnight there


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Whose mail this is. The name is shown on every page and notice."""

    name_en: str = "This public body"
    name_cy: str = "Y corff cyhoeddus hwn"

    def name(self, language: str) -> str:
        """The body's name in "cy" or "en"."""
        return self.name_cy if language == "cy" else self.name_en
