"""A message that breaks its reader costs itself a finding, and nobody else anything."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
from multiprocessing import active_children

import pytest
from factories import CARD, POLICY, an_envelope

import gateway.inspector
from classifiers.text.extracting import Missing
from classifiers.text.readers import reader_of
from gateway.inspector import Inspector
from gateway.settings import InspectionSettings
from models.units import Duration

PDF = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
    b"Card 4111 1111 1111 1111\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n"
)


def hang(*_arguments):
    while True:
        pass


def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def call_home(source, _budget):
    """A reader that tries what an exploit would; "contained" if nothing of it works."""
    with pytest.raises(OSError, match="Permission"):
        socket.socket()
    with pytest.raises(OSError, match="Permission"):
        subprocess.run(["/bin/true"], check=False)
    with pytest.raises(OSError, match="usable"), tempfile.TemporaryFile() as file:
        file.write(b"x")
    yield Missing("contained", source.name)


def start_with(monkeypatch, broken):
    """Workers that meet `broken` in place of the PDF reader."""
    monkeypatch.setattr(gateway.inspector, "_start", Start(broken))


class Start:
    """A worker's start that puts a broken reader in place; pickled to the worker."""

    def __init__(self, broken):
        self.broken = broken

    def __call__(self, *arguments):
        from classifiers.text import reading

        def reader(kind):
            return self.broken if kind == "pdf" else reader_of(kind)

        reading.reader_of = reader
        gateway.inspector._start(*arguments)


def inspected(*messages):
    async def all_of_them():
        settings = InspectionSettings(workers=1, budget=Duration(3))
        inspector = Inspector(settings, POLICY)
        try:
            return [await inspector(an_envelope(), each) for each in messages]
        finally:
            inspector.close()

    return asyncio.run(all_of_them())


def reasons(inspection):
    return [each.reason for each in inspection.findings if each.category == "unreadable"]


@pytest.mark.requirement("R8")
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(hang, "out-of-time", id="a reader that hangs"),
        pytest.param(die, "broke-its-reader", id="a reader that dies"),
    ],
)
def test_the_rest_of_the_message_is_read(monkeypatch, broken, reason):
    start_with(monkeypatch, broken)
    first, then = inspected(PDF, CARD)
    assert reasons(first) == [reason]
    for each in (first, then):
        assert "payment-card" in [found.detector for found in each.findings]


@pytest.mark.requirement("R8")
def test_a_reader_has_no_network_no_programs_and_no_disk(monkeypatch):
    start_with(monkeypatch, call_home)
    (inspection,) = inspected(PDF)
    assert reasons(inspection) == ["contained"]


def test_a_process_killed_between_messages_is_replaced():
    async def kill_between():
        inspector = Inspector(InspectionSettings(workers=1, budget=Duration(10)), POLICY)
        try:
            await inspector(an_envelope(), CARD)
            for each in active_children():
                each.kill()
                each.join()
            for _ in range(50):
                try:
                    return await inspector(an_envelope(), CARD)
                except gateway.inspector.InspectionFailed:
                    await asyncio.sleep(0.1)
        finally:
            inspector.close()

    assert asyncio.run(kill_between()).findings
