"""The stand-in's own tests use it as every other test does."""

from tests.slack.fixtures import slack

__all__ = ["slack"]
