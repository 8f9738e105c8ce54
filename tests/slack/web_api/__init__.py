"""The methods of the Web API that the stand-in knows; any other is refused as unknown_method."""

from tests.slack.refusal import Refusal
from tests.slack.web_api import auth, chat, conversations, files, users, views
from tests.slack.web_api.call import METHODS, Call, Method

__all__ = ["METHODS", "Call", "Method", "Refusal", "auth", "chat", "conversations", "files", "users", "views"]
