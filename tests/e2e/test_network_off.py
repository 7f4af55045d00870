"""The real programs where no network is: a namespace of its own, with the loopback alone."""

import shutil
import subprocess
import sys

import pytest

ALONE = 'ip link set lo up && exec "$@"'
PROBE = "import socket; socket.create_connection(('192.0.2.1', 9), 2)"
PROGRAMS = "tests/e2e/test_watched.py::test_each_program_gives_its_own_metrics_without_content"


def alone(*command):
    """Run a command in a network namespace of its own."""
    return subprocess.run(
        ["unshare", "-rn", "sh", "-c", ALONE, "sh", *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def no_network():
    if not shutil.which("unshare") or not shutil.which("ip") or alone("true").returncode:
        pytest.skip("unshare or ip is missing, or makes no network namespace here")
    unreachable = alone(sys.executable, "-c", PROBE)
    assert "unreachable" in unreachable.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.requirement("L58")
@pytest.mark.requirement("O9")
@pytest.mark.usefixtures("no_network")
def test_all_programs_start_relay_and_hold_with_the_network_off():
    options = ("-q", "-p", "no:cacheprovider", "--timeout=240")
    done = alone(sys.executable, "-m", "pytest", *options, PROGRAMS)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
