"""chat.postMessage, .postEphemeral, .update, .delete, .getPermalink."""

from tests.slack import shapes
from tests.slack.content import UPDATE_CHARACTERS, Content, check_content
from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call, method
from tests.slack.world import Channel, Json, Message

LOOKS = ("username", "icon_emoji", "icon_url")
CONTENT = "text blocks attachments markdown_text"
STYLE = "as_user link_names parse " + " ".join(LOOKS)


@method(
    "chat.postMessage",
    f"channel! {CONTENT} {STYLE} metadata mrkdwn reply_broadcast thread_ts unfurl_links unfurl_media",
    scopes="chat:write",
    tier="special",
    takes_json=True,
)
def post_message(call: Call) -> Json:
    channel = _where_to_post(call)
    _may_look_otherwise(call)
    content = check_content(call.args, make_id=call.slack.world.new_id)
    message = posted(call, channel, content)
    call.slack.world.add_message(message)
    call.slack.echo(message)
    body = shapes.message(message, call.slack.app, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def posted(call: Call, channel: Channel, content: Content) -> Message:
    """A message of the app's, not yet in the channel."""
    app, thread_ts = call.slack.app, call.text("thread_ts") or None
    return Message(
        channel,
        call.slack.world.new_ts(),
        app.bot.id,
        content.text or "",
        content.blocks or [],
        content.attachments or [],
        metadata=content.metadata,
        bot_id=app.bot_id,
        app_id=app.app_id,
        thread_ts=thread_ts,
        is_broadcast=call.flag("reply_broadcast"),
        extra={name: call.text(name) for name in LOOKS if call.text(name)},
    )


def _where_to_post(call: Call) -> Channel:
    """A channel; or a user's ID, which means the conversation with them."""
    app, world = call.slack.app, call.slack.world
    user = world.users.get(call.text("channel"))
    if user is not None:
        if user.id == app.bot.id or user.deleted:
            raise Refusal("channel_not_found")
        return world.open_im(app.bot.id, user.id)
    channel = call.channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    is_open_to_all = channel.kind == "public" and "chat:write.public" in app.scopes_of(call.token or "")
    if app.bot.id not in channel.members and not is_open_to_all:
        raise Refusal("not_in_channel")
    if channel.kind == "im" and not app.has_messages_tab:
        raise Refusal("messages_tab_disabled")
    return channel


def _may_look_otherwise(call: Call) -> None:
    if any(call.text(name) for name in LOOKS):
        call.need_scope("chat:write.customize")
    if call.text("as_user"):
        raise Refusal("as_user_not_supported")


@method(
    "chat.postEphemeral",
    f"channel! user! {CONTENT} {STYLE} thread_ts",
    scopes="chat:write",
    tier=4,
    takes_json=True,
)
def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    _may_look_otherwise(call)
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.slack.app.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    if call.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    message = posted(call, channel, check_content(call.args, make_id=call.slack.world.new_id))
    message.only_for = call.text("user")
    call.slack.world.add_message(message)
    return {"message_ts": message.ts}


@method(
    "chat.update",
    f"channel! ts! {CONTENT} as_user file_ids link_names metadata parse reply_broadcast",
    scopes="chat:write",
    tier=3,
    takes_json=True,
)
def update(call: Call) -> Json:
    message = _own_message(call, "ts", "cant_update_message")
    content = check_content(call.args, UPDATE_CHARACTERS, make_id=call.slack.world.new_id)
    changes: Json = {"text": content.text or "", "blocks": content.blocks or [], "edited_ts": call.slack.world.new_ts()}
    if content.attachments is not None:
        changes["attachments"] = content.attachments
    if content.metadata is not None:
        # Metadata that is not named stays; an empty object takes it away.
        changes["metadata"] = content.metadata or None
    call.slack.world.change_message(message, **changes)
    body = shapes.message(message, call.slack.app, with_metadata=True)
    return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": body}


@method("chat.delete", "channel! ts! as_user", scopes="chat:write", tier=3, takes_json=True)
def delete(call: Call) -> Json:
    message = _own_message(call, "ts", "cant_delete_message")
    call.slack.world.delete_message(message)
    return {"channel": message.channel.id, "ts": message.ts}


def _own_message(call: Call, name: str, error: str) -> Message:
    """Errors: message_not_found, also for an ephemeral message, which has no place in the channel."""
    channel = call.channel()
    message = call.slack.world.message(channel.id, call.text(name))
    if message is None:
        raise Refusal("message_not_found")
    if message.user != call.slack.app.bot.id:
        raise Refusal(error)
    if channel.is_archived:
        raise Refusal("is_inactive")
    return message


@method("chat.getPermalink", "channel! message_ts!", tier="special")
def permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.slack.world.message(channel.id, call.text("message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    link = f"https://{call.slack.app.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": link + thread}
