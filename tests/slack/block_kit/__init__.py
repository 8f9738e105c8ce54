"""What Slack accepts of Block Kit, and what it refuses."""

from tests.slack.block_kit.payloads import all_blocks, check_blocks, check_view, elements_of
from tests.slack.block_kit.rules import Problem, size

__all__ = ["Problem", "all_blocks", "check_blocks", "check_view", "elements_of", "size"]
