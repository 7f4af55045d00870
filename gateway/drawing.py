"""Draws attached pages and pictures in a process of its own, confined as those that read mail are.

A hostile PDF can make its reader hang, swell or die: then nothing of it is shown, the process is
ended and the next file gets a new one. What leaves is a picture made anew, without the file's
metadata.
"""

import io
import logging
import multiprocessing
from collections.abc import Iterator
from itertools import islice
from threading import BoundedSemaphore, Lock
from typing import Any

from pebble import ProcessExpired, ProcessPool

from gateway.confinement import bound_processor_time, confine
from models.errors import Unavailable
from quarantine.pictures import MOST_PAGES, Drawn

_MEMORY = 1_000_000_000  # octets of address space
_SECONDS = 20.0  # for one file
_WIDTH, _HEIGHT = 900, 1300  # pixels of one picture, at most
_QUALITY = 85  # of 100: print of ten points can be read, and ten pages are a few megabytes at most
_MOST_PIXELS = 40_000_000  # of a picture that is to be made smaller
_WAITING = 4  # files drawn or waiting; the next is asked to try again
_FORMATS = ("PNG", "JPEG", "GIF")  # that Pillow may try: no others of its many


def _start() -> None:
    logging.disable()  # what a reader has to say may hold content
    from PIL import Image  # noqa: PLC0415 - loaded before files can no longer be opened freely

    Image.preinit()
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS // 2  # Pillow raises at twice this
    import pypdfium2  # noqa: F401, PLC0415 - the same

    confine(memory=_MEMORY, programs=False)


def draw(raw: bytes) -> Drawn:
    """Draw a file in this process; see Painter for the one to use. Raises whatever breaks."""
    return _draw_pdf(raw) if raw.startswith(b"%PDF") else Drawn(pages=(_draw_picture(raw),))


def _draw_confined(raw: bytes) -> Drawn:
    bound_processor_time(_SECONDS)
    return draw(raw)


def _draw_pdf(raw: bytes) -> Drawn:
    import pypdfium2  # noqa: PLC0415 - needed by the process that draws alone

    document = pypdfium2.PdfDocument(raw)  # no form is started: no script of it runs
    try:
        pages = tuple(_pages(document))
        return Drawn(pages=pages, more=max(len(document) - MOST_PAGES, 0))
    finally:
        document.close()


def _pages(document: Any) -> Iterator[bytes]:
    for page in islice(document, MOST_PAGES):
        width, height = (max(each, 1.0) for each in page.get_size())
        scale = min(_WIDTH / width, _HEIGHT / height)
        yield _as_jpeg(page.render(scale=scale).to_pil())


def _draw_picture(raw: bytes) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415 - needed by the process that draws alone

    with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((_WIDTH, _HEIGHT))
        return _as_jpeg(upright)


def _as_jpeg(image: Any) -> bytes:
    from PIL import Image  # noqa: PLC0415 - needed by the process that draws alone

    seen = image.convert("RGBA")
    page = Image.new("RGB", seen.size, "white")  # a new picture: nothing the file said of itself
    page.paste(seen, mask=seen)
    written = io.BytesIO()
    page.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


class Painter:
    """The drawing function that the console is given; its process starts with the first file."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._pool: ProcessPool | None = None
        self._renewing, self._few_wait = Lock(), BoundedSemaphore(_WAITING)

    def __call__(self, raw: bytes) -> Drawn:
        """Draw one file. Raises Unavailable."""
        if not self._few_wait.acquire(blocking=False):
            raise Unavailable("too many files are being drawn; try again")
        try:
            future = self._running().schedule(_draw_confined, args=[raw], timeout=self._seconds)
            drawn: Drawn = future.result()
        except (TimeoutError, ProcessExpired):
            raise Unavailable("drawing died or took too long") from None
        except Exception as error:  # noqa: BLE001 - whatever broke in there, it is one failure
            raise Unavailable(f"drawing raised {type(error).__name__}") from None
        finally:
            self._few_wait.release()
        return drawn

    def _running(self) -> ProcessPool:
        with self._renewing:
            if self._pool is None or not self._pool.active:
                self._pool = ProcessPool(
                    max_workers=1,
                    initializer=_start,
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool

    def close(self) -> None:
        """Stop the process."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            self._pool.join()
