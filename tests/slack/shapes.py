"""How Slack writes its objects as JSON. The page of each is named beside it."""

from typing import Any

from tests.slack.installation import Installation
from tests.slack.world import Channel, File, Json, Message, Team, User, View, World


def team(one: Team) -> Json:
    """docs.slack.dev/reference/methods/team.info"""
    return {
        "id": one.id,
        "name": one.name,
        "url": f"https://{one.domain}.slack.com/",
        "domain": one.domain,
        "email_domain": "",
        "icon": {"image_default": True},
    }


def user(one: User, app: Installation, *, with_locale: bool = False, shares_a_channel: bool = True) -> Json:
    """docs.slack.dev/reference/objects/user-object; e-mail only with users:read.email, and never of another team.

    `is_stranger` is true of somebody of another team who is in no channel with the app.
    """
    is_stranger = one.team.id != app.team.id
    profile: Json = {
        "real_name": one.real_name,
        "real_name_normalized": one.real_name,
        "display_name": one.handle,
        "display_name_normalized": one.handle,
        "title": "",
        "phone": "",
        "status_text": "",
        "status_emoji": "",
        "team": one.team.id,
    }
    if one.email and "users:read.email" in app.bot_scopes and not is_stranger:
        profile["email"] = one.email
    body: Json = {
        "id": one.id,
        "team_id": one.team.id,
        "name": one.handle,
        "deleted": one.deleted,
        "profile": profile,
        "is_bot": one.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if one.deleted:
        return body
    body |= {
        "real_name": one.real_name,
        "tz": one.zone,
        "tz_label": one.zone,
        "tz_offset": one.zone_offset_seconds,
        "is_admin": one.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": one.is_restricted,
        "is_ultra_restricted": one.is_ultra_restricted,
    }
    if is_stranger:
        body["is_stranger"] = not shares_a_channel
    if with_locale:
        body["locale"] = one.locale
    return body


def channel(one: Channel, app: Installation, *, with_members: bool = False, with_locale: bool = False) -> Json:
    """docs.slack.dev/reference/objects/conversation-object"""
    body: Json = {
        "id": one.id,
        "created": one.created,
        "is_archived": one.is_archived,
        "is_im": one.kind == "im",
        "is_org_shared": False,
        "context_team_id": app.team.id,
        "updated": one.created * 1000,
    }
    if one.kind == "im":
        other = next((member for member in one.members if member != app.bot.id), app.bot.id)
        body |= {"user": other, "is_user_deleted": False, "is_open": True, "priority": 0}
    else:
        body |= {
            "name": one.name,
            "name_normalized": one.name,
            "is_channel": one.kind == "public",
            "is_group": one.kind == "private",
            "is_mpim": one.kind == "mpim",
            "is_private": one.kind != "public",
            "is_general": one.name == "general",
            "is_shared": one.is_ext_shared,
            "is_ext_shared": one.is_ext_shared,
            "is_pending_ext_shared": one.is_pending_ext_shared,
            "pending_shared": ["T00PENDING"] if one.is_pending_ext_shared else [],
            "shared_team_ids": [team.id for team in one.teams] or [app.team.id],
            "creator": one.creator,
            "unlinked": 0,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
            "is_member": app.bot.id in one.members,
        }
    if with_members:
        body["num_members"] = len(one.members)
    if with_locale:
        body["locale"] = "en-US"
    return body


def message(one: Message, app: Installation, *, with_metadata: bool = False, world: World | None = None) -> Json:
    """docs.slack.dev/reference/events/message"""
    body: Json = {"type": "message", "user": one.user, "text": one.text, "ts": one.ts, "team": app.team.id, **one.extra}
    if one.bot_id:
        body |= {"bot_id": one.bot_id, "app_id": one.app_id}
    if one.blocks:
        body["blocks"] = one.blocks
    if one.attachments:
        body["attachments"] = one.attachments
    if one.files:
        body["files"] = [file(each) for each in one.files]
    if one.edited_ts:
        body["edited"] = {"user": one.user, "ts": one.edited_ts}
    if with_metadata and one.metadata is not None:
        body["metadata"] = one.metadata
    if one.thread_ts:
        body["thread_ts"] = one.thread_ts
    if world is not None:
        replies = [each for each in world.messages_in(one.channel.id) if each.thread_ts == one.ts != each.ts]
        if replies:
            body |= {"thread_ts": one.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    return body


def file(one: File) -> Json:
    """docs.slack.dev/reference/objects/file-object"""
    extension = one.name.rpartition(".")[2] if "." in one.name else ""
    body: Json = {
        "id": one.id,
        "created": one.created,
        "timestamp": one.created,
        "name": one.name,
        "title": one.title or one.name,
        "filetype": extension,
        "user": one.user,
        "size": one.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "channels": list(one.channels),
        "permalink": f"https://files.slack.test/{one.id}",
        "url_private": f"https://files.slack.test/{one.id}/{one.name}",
    }
    return body | ({"alt_txt": one.alt_text} if one.alt_text else {})


def view(one: View, app: Installation) -> Json:
    """docs.slack.dev/reference/views"""
    body: dict[str, Any] = {
        "id": one.id,
        "team_id": app.team.id,
        "private_metadata": "",
        "callback_id": "",
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **one.body,
        "state": {"values": one.state},
        "hash": one.hash,
        "previous_view_id": one.previous_id,
        "root_view_id": one.root_id,
        "app_id": app.app_id,
        "app_installed_team_id": app.team.id,
        "bot_id": app.bot_id,
    }
    return body
