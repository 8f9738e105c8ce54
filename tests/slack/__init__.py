"""A stand-in for Slack, strict enough to trust: see README.md."""

from tests.slack.slack import Slack

__all__ = ["Slack"]
