"""Text in pictures, by tesseract with English and Welsh: a program of its own, where it is."""

import shutil
import subprocess

from classifiers.text.extracting import Recogniser

LANGUAGES = ("eng", "cym")
_PATIENCE = 10  # seconds, for asking what languages there are


def tesseract() -> Recogniser | None:
    """Return a reader of pictures, or None where tesseract or one of its languages is absent."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    listed = subprocess.run(  # noqa: S603 - the program found on PATH, no shell
        [program, "--list-langs"], capture_output=True, check=False, timeout=_PATIENCE
    )
    known = listed.stdout.decode("utf-8", "replace").split()
    if not set(LANGUAGES) <= set(known):
        return None

    def read(picture: bytes, seconds: float) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the same, the picture on its standard input
                [program, "stdin", "stdout", "-l", "+".join(LANGUAGES)],
                input=picture,
                capture_output=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        return done.stdout.decode("utf-8", "replace")

    return read
