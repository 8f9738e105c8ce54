"""How Slack says no."""

from typing import Any

from tests.slack.block_kit import Problem
from tests.slack.world import Json


class Refusal(Exception):  # noqa: N818
    """The answer {"ok": false, "error": …}."""

    def __init__(self, error: str, *problems: str | Problem, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = [str(one) for one in problems]
        self.more = more

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body
