"""The fixture `slack`: a Slack of the test's own, which fails the test where Slack had to complain."""

from collections.abc import Iterator

import pytest

from tests.slack.slack import Slack


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A stand-in for Slack, running."""
    with Slack() as running:
        yield running
    running.complaints.check()
