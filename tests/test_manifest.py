"""manifest.yml against Slack's own schema, against what the commands declare, and against what the bot calls."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import commands
from bot import manifest
from bot.messages import OF_MESSAGE
from bot.serving import EVENTS_PATH

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "tests/data/slack-app-manifest.2.0.0.json"
GUIDE = ROOT / "docs/slack.md"
METHOD_PAGE = "https://docs.slack.dev/reference/methods/"

# What each method of the Web API asks of a bot token: its page is METHOD_PAGE and its name.
# The scope of a conversations method depends on the kind of conversation, so a bot that is asked everywhere needs all.
SCOPES_OF_METHODS = {
    "api.test": "",
    "auth.test": "",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    # Only where a delivery goes: to channels, and to one person by direct message.
    "conversations.history": "channels:history groups:history im:history",
    "conversations.info": "channels:read groups:read im:read mpim:read",
    "conversations.members": "channels:read groups:read im:read mpim:read",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history groups:history im:history",
    # A picture, to the direct messages of one person.
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
    # With the app-level token's connections:write, which no manifest grants.
    "apps.connections.open": "",
}
# https://docs.slack.dev/reference/events/NAME
SCOPES_OF_EVENTS = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
}
# https://docs.slack.dev/reference/scopes/commands: for slash commands and shortcuts.
SCOPE_OF_COMMANDS = "commands"
# Not of a method: https://docs.slack.dev/reference/scopes/users.read.email, without which a profile has no e-mail.
SCOPE_OF_EMAILS = "users:read.email"
# https://docs.slack.dev/reference/scopes/im.write: chat.postMessage to a member's ID starts a conversation with them.
SCOPE_OF_THE_FIRST_WORD = "im:write"


@pytest.fixture
def found() -> Any:
    return manifest.read()


def called() -> set[str]:
    """The Web API methods that the bot's code names: client.users_info, and "users.info" where it asks by name."""
    by_python = {name.replace(".", "_"): name for name in SCOPES_OF_METHODS}
    text = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))
    families = "api|apps|auth|bots|chat|conversations|emoji|files|reactions|search|team|usergroups|users|views"
    names = set(re.findall(rf"client\.((?:{families})_\w+)", text)) - {"api_call"}
    names |= {name.replace(".", "_") for name in re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', text)}
    assert names <= set(by_python), f"Say what scope these need, in this test: {sorted(names - set(by_python))}"
    return {by_python[name] for name in names}


def test_no_scope_is_reckoned_for_what_is_not_called() -> None:
    assert called() == set(SCOPES_OF_METHODS)


def test_slack_takes_it(found: Any) -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(found)


def test_it_has_the_commands_that_there_are_in_their_own_words(found: Any) -> None:
    assert [
        (entry["command"], entry["description"], entry.get("usage_hint", ""))
        for entry in found["features"]["slash_commands"]
    ] == [(f"/{command.name}", command.summary, command.usage) for command in commands.ALL if command.has_own_name]


def test_names_in_a_command_come_as_they_were_typed(found: Any) -> None:
    assert not any(entry["should_escape"] for entry in found["features"]["slash_commands"])


def test_it_asks_for_the_scopes_that_are_needed_and_no_other(found: Any) -> None:
    needed = {SCOPE_OF_COMMANDS, SCOPE_OF_EMAILS, SCOPE_OF_THE_FIRST_WORD}
    for name in called():
        needed |= set(SCOPES_OF_METHODS[name].split())
    for event in found["settings"]["event_subscriptions"]["bot_events"]:
        needed |= set(SCOPES_OF_EVENTS[event].split())
    assert manifest.bot_scopes(found) == needed
    assert "user" not in found["oauth_config"]["scopes"]


def test_it_needs_no_public_address(found: Any) -> None:
    assert found["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(found)


def test_there_is_a_home_tab_and_one_can_write_to_the_bot(found: Any) -> None:
    assert found["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert found["settings"]["interactivity"] == {"is_enabled": True}


def test_every_shortcut_is_a_commands_and_every_commands_is_there(found: Any) -> None:
    declared = [
        {"name": entry.name, "type": kind, "callback_id": callback_id, "description": entry.description}
        for one in commands.ALL
        for kind, callback_id, entry in (
            ("global", one.name, one.shortcut),
            ("message", one.name + OF_MESSAGE, one.message_shortcut),
        )
        if entry is not None
    ]
    assert found["features"]["shortcuts"] == declared


def test_every_scope_is_explained_to_the_operator(found: Any) -> None:
    (table,) = re.findall(r"^\| scope \|.*?\n\n", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)) == manifest.bot_scopes(found)


def test_slack_takes_it_with_the_addresses_that_the_guide_adds_for_http(found: Any) -> None:
    (snippet,) = re.findall(r"^ *```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    added = yaml.safe_load(textwrap.dedent(snippet))
    (address,) = added["features"]["slash_commands"]
    for command in found["features"]["slash_commands"]:
        command.update(address)
    for name, value in added["settings"].items():
        found["settings"][name] = {**found["settings"][name], **value} if isinstance(value, dict) else value
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(found)
    assert json.dumps(found).count("https://melktert.example.com/slack/events") == len(commands_of(found)) + 3
    assert address["url"].endswith(EVENTS_PATH)


def commands_of(found: Any) -> list[str]:
    return [entry["command"] for entry in found["features"]["slash_commands"]]
