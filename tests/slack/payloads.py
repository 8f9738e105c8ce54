"""What Slack sends to an app when people do something. The page of each payload is named beside it.

Below docs.slack.dev: interactivity/implementing-slash-commands, reference/interaction-payloads/…, apis/events-api.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.slack import shapes
from tests.slack.block_kit import elements_of
from tests.slack.filling import VALUES, starting_state
from tests.slack.world import Channel, Json, Message, User, View

if TYPE_CHECKING:
    from tests.slack.slack import Slack


def _common(slack: "Slack", user: User) -> Json:
    app = slack.app
    return {
        "team": {"id": app.team.id, "domain": app.team.domain},
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team.id},
        "api_app_id": app.app_id,
        "token": app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: Channel) -> str:
    """A slash command calls a direct message directmessage, and anything else that is not public privategroup."""
    return {"public": channel.name, "im": "directmessage"}.get(channel.kind, "privategroup")


def slash_command(slack: "Slack", user: User, channel: Channel, command: str, text: str, **ids: str) -> Json:
    """interactivity/implementing-slash-commands, "Understanding what gets sent to your app"."""
    return {
        "token": slack.app.verification_token,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": slack.app.app_id,
        "is_enterprise_install": "false",
        **ids,
    }


def block_actions(
    slack: "Slack", user: User, place: Message | View, action: Json, *, trigger_id: str, response_url: str | None
) -> Json:
    """reference/interaction-payloads/block_actions-payload; an ephemeral message is not repeated in it."""
    body = {"type": "block_actions", **_common(slack, user), "trigger_id": trigger_id, "actions": [action]}
    if isinstance(place, View):
        return {**body, "view": shapes.view(place, slack.app), "container": {"type": "view", "view_id": place.id}}
    container = {"type": "message", "message_ts": place.ts, "channel_id": place.channel.id}
    body |= {
        "container": {**container, "is_ephemeral": place.is_ephemeral},
        "channel": {"id": place.channel.id, "name": channel_name(place.channel)},
        "state": {"values": message_state(place, action)},
        "response_url": response_url,
    }
    if place.thread_ts:
        body["container"]["thread_ts"] = place.thread_ts
    return body if place.is_ephemeral else {**body, "message": shapes.message(place, slack.app, with_metadata=True)}


def message_state(message: Message, action: Json) -> dict[str, dict[str, Json]]:
    """What is chosen in the message's menus, with what has just been chosen."""
    state = starting_state(message.blocks)
    values = state.get(action["block_id"], {})
    if action["action_id"] in values:
        key = VALUES[action["type"]][0]
        values[action["action_id"]] = {"type": action["type"], key: action[key]}
    return state


def action_of(block_id: str, element: Mapping[str, Any], value: Mapping[str, Any], ts: str) -> Json:
    """One entry of `actions`: which element, and what was pressed or chosen."""
    action: Json = {
        "type": element["type"],
        "block_id": block_id,
        "action_id": element["action_id"],
        "action_ts": ts,
        **value,
    }
    if element["type"] == "button":
        action |= {name: element[name] for name in ("text", "value", "style") if name in element and name not in value}
    return action


def view_submission(slack: "Slack", view: View, trigger_id: str, response_urls: list[Json]) -> Json:
    """reference/interaction-payloads/view-interactions-payload"""
    body = {"type": "view_submission", **_common(slack, view.user), "trigger_id": trigger_id}
    return {**body, "view": shapes.view(view, slack.app), "response_urls": response_urls}


def view_closed(slack: "Slack", view: View, *, is_cleared: bool) -> Json:
    """reference/interaction-payloads/view-interactions-payload#view_closed"""
    body = {"type": "view_closed", **_common(slack, view.user), "is_cleared": is_cleared}
    return {**body, "view": shapes.view(view, slack.app)}


def block_suggestion(
    slack: "Slack", user: User, place: Message | View, *, block_id: str, action_id: str, typed: str
) -> Json:
    """reference/interaction-payloads/block_suggestion-payload"""
    body = {"type": "block_suggestion", **_common(slack, user), "action_id": action_id, "block_id": block_id}
    body["value"] = typed
    if isinstance(place, View):
        return {**body, "view": shapes.view(place, slack.app), "container": {"type": "view", "view_id": place.id}}
    container = {"type": "message", "message_ts": place.ts, "channel_id": place.channel.id}
    body["channel"] = {"id": place.channel.id, "name": channel_name(place.channel)}
    body["container"] = {**container, "is_ephemeral": place.is_ephemeral}
    return body if place.is_ephemeral else {**body, "message": shapes.message(place, slack.app)}


def shortcut(slack: "Slack", user: User, callback_id: str, trigger_id: str) -> Json:
    """reference/interaction-payloads/shortcuts-interaction-payload: a global one has no channel and no response_url."""
    body = {"type": "shortcut", **_common(slack, user), "callback_id": callback_id, "trigger_id": trigger_id}
    return {**body, "action_ts": slack.world.new_ts()}


def message_shortcut(slack: "Slack", user: User, callback_id: str, message: Message, **ids: str) -> Json:
    """reference/interaction-payloads/shortcuts-interaction-payload#message_shortcuts"""
    return {
        "type": "message_action",
        **_common(slack, user),
        "callback_id": callback_id,
        "action_ts": slack.world.new_ts(),
        "message_ts": message.ts,
        "channel": {"id": message.channel.id, "name": channel_name(message.channel)},
        "message": shapes.message(message, slack.app, with_metadata=True),
        **ids,
    }


def event_callback(slack: "Slack", event: Mapping[str, Any], channel: Channel | None = None) -> Json:
    """apis/events-api, "Callback field": the envelope of every event."""
    app = slack.app
    authorization = {"enterprise_id": None, "team_id": app.team.id, "user_id": app.bot.id, "is_bot": True}
    return {
        "token": app.verification_token,
        "team_id": app.team.id,
        "context_team_id": app.team.id,
        "context_enterprise_id": None,
        "api_app_id": app.app_id,
        "event": dict(event),
        "type": "event_callback",
        "event_id": slack.world.new_id("Ev"),
        "event_time": int(slack.clock.now()),
        "authorizations": [{**authorization, "is_enterprise_install": False}],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": slack.world.new_id("EC"),
    }


def response_targets(view: View) -> list[tuple[str, str, str]]:
    """The menus of a view that give a response_url: block_id, action_id and the conversation chosen."""
    found = []
    for block in view.body["blocks"]:
        for _, element in elements_of(block):
            if element.get("response_url_enabled"):
                value = view.state[block["block_id"]][element["action_id"]]
                channel_id = value.get(VALUES[element["type"]][0])
                if channel_id:
                    found.append((block["block_id"], element["action_id"], channel_id))
    return found
