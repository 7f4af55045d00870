"""An installation of the real programs, before a next hop that remembers."""

import signal

import pytest
from installed import Gateway
from nexthop import NextHop


@pytest.fixture
def next_hop():
    with NextHop() as next_hop:
        yield next_hop


@pytest.fixture
def gateway(tmp_path, next_hop):
    gateway = Gateway(tmp_path / "porthor", next_hop)
    yield gateway
    gateway.stop(signal.SIGKILL)
