"""Limits on what is read of one message, and which classifier: [reading] and [classifier]."""

from dataclasses import dataclass

from models.units import Duration, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettings:
    """What is too much. What lies beyond is not read, and that is a finding."""

    part: Size = Size(50_000_000)  # octets of one attachment, or of one member of an archive
    unpacked: Size = Size(200_000_000)  # octets of all that attachments of one message unpack to
    characters: int = 10_000_000  # of all the texts of one message together
    members: int = 10_000  # files inside the attachments of one message
    depth: int = 12  # archives in archives, mail in mail
    seconds: Duration = Duration(15)  # reading attachments of one message
    ocr: bool = False  # read pictures with tesseract (eng+cym), where it is installed


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """The trained classifier: section [classifier]."""

    enabled: bool = True  # false: rules alone
    folder: str = "classifier"  # of the body's own ones, beside the settings; none: the shipped


LIMITS = ReadingSettings()
"""The defaults."""
