"""Browsers of those who work with the council of a test."""

from contextlib import ExitStack

import pytest

from tests.console_sample import visit


@pytest.fixture
def visitor(council):
    """Sign somebody in, by console_sample.visit; the browsers are closed at the end."""
    with ExitStack() as opened:

        def sign_in(who, language="en", **given):
            client = visit(council, who, language, **given)
            opened.callback(client.close)
            return client

        yield sign_in
