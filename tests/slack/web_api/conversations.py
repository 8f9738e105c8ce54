"""conversations.info, .list, .members, .open, .history, .replies.

The scope depends on the kind of conversation: channels:, groups:, im:, mpim: with read or history.
"""

from collections.abc import Iterable, Sequence

from tests.slack import shapes
from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call, method
from tests.slack.web_api.paging import page
from tests.slack.world import Channel, ChannelKind, Json, Message, User

PREFIX = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def types_asked(call: Call) -> list[str]:
    """The kinds that `types` names, public channels where it names none; each needs its scope."""
    names = call.names("types") or ["public_channel"]
    if unknown := set(names) - set(TYPES):
        raise Refusal("invalid_types", *sorted(unknown))
    for name in names:
        call.need_scope(f"{PREFIX[TYPES[name]]}:read")
    return [TYPES[name] for name in names]


def listed(call: Call, kinds: Iterable[str]) -> list[Channel]:
    """The conversations of these kinds."""
    kept = set(kinds)
    return [
        one
        for one in call.slack.world.channels.values()
        if one.kind in kept and not (one.is_archived and call.flag("exclude_archived"))
    ]


@method("conversations.info", "channel! include_locale include_num_members")
def conversations_info(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(f"{PREFIX[channel.kind]}:read")
    with_members, with_locale = call.flag("include_num_members"), call.flag("include_locale")
    return {"channel": shapes.channel(channel, call.slack.app, with_members=with_members, with_locale=with_locale)}


@method("conversations.list", "cursor exclude_archived limit team_id types", tier=2)
def conversations_list(call: Call) -> Json:
    kinds, bot = types_asked(call), call.slack.app.bot.id
    known = [one for one in listed(call, kinds) if one.kind == "public" or bot in one.members]
    some, metadata = page(call, known)
    channels = [shapes.channel(one, call.slack.app, with_members=True) for one in some]
    return {"channels": channels, "response_metadata": metadata}


@method("conversations.members", "channel! cursor limit", tier=4)
def conversations_members(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(f"{PREFIX[channel.kind]}:read")
    some, metadata = page(call, channel.members)
    return {"members": some, "response_metadata": metadata}


@method("conversations.open", "channel prevent_creation return_im users", takes_json=True)
def conversations_open(call: Call) -> Json:
    app, world = call.slack.app, call.slack.world
    if call.text("channel"):
        channel = call.channel()
        if channel.kind not in ("im", "mpim"):
            raise Refusal("method_not_supported_for_channel_type")
        was_open = True
    else:
        people = [_known(call, name) for name in call.names("users")]
        if not people:
            raise Refusal("users_list_not_supplied")
        if len(people) > 8:
            raise Refusal("too_many_users")
        call.need_scope("im:write" if len(people) == 1 else "mpim:write")
        everybody = [app.bot.id, *(one.id for one in people)]
        kind: ChannelKind = "im" if len(people) == 1 else "mpim"
        known = [one for one in world.channels.values() if one.kind == kind and set(one.members) == set(everybody)]
        was_open = bool(known)
        channel = known[0] if known else world.add_channel(kind, "", creator=app.bot.id, members=everybody)
    body = shapes.channel(channel, app) if call.flag("return_im") else {"id": channel.id}
    return {"channel": body} | ({"no_op": True, "already_open": True} if was_open else {})


def _known(call: Call, user_id: str) -> User:
    found = call.slack.world.users.get(user_id)
    if found is None:
        raise Refusal("user_not_found")
    if found.deleted:
        raise Refusal("user_disabled")
    return found


@method("conversations.history", "channel! cursor include_all_metadata inclusive latest limit oldest")
def conversations_history(call: Call) -> Json:
    channel = _readable(call)
    every = call.slack.world.messages_in(channel.id)
    top = [one for one in every if one.thread_ts in (None, one.ts) or one.is_broadcast]
    return _messages(call, _between(call, top)[::-1])


@method("conversations.replies", "channel! ts! cursor include_all_metadata inclusive latest limit oldest")
def conversations_replies(call: Call) -> Json:
    channel, ts = _readable(call), call.text("ts")
    thread = [one for one in call.slack.world.messages_in(channel.id) if ts in (one.ts, one.thread_ts)]
    if not any(one.ts == ts for one in thread):
        raise Refusal("thread_not_found")
    return _messages(call, _between(call, thread))


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(f"{PREFIX[channel.kind]}:history")
    if call.slack.app.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _between(call: Call, messages: Sequence[Message]) -> list[Message]:
    """Without `inclusive`, the messages at `oldest` and `latest` themselves are left out."""
    oldest, latest = call.text("oldest", "0"), call.text("latest")
    for value, error in ((oldest, "invalid_ts_oldest"), (latest or "0", "invalid_ts_latest")):
        try:
            float(value)
        except ValueError:
            raise Refusal(error) from None
    kept = [
        one for one in messages if float(one.ts) >= float(oldest) and (not latest or float(one.ts) <= float(latest))
    ]
    return kept if call.flag("inclusive") else [one for one in kept if one.ts not in (oldest, latest)]


def _messages(call: Call, messages: Sequence[Message]) -> Json:
    some, metadata = page(call, messages)
    with_metadata = call.flag("include_all_metadata")
    drawn = [shapes.message(one, call.slack.app, with_metadata=with_metadata, world=call.slack.world) for one in some]
    answer: Json = {"messages": drawn, "has_more": bool(metadata["next_cursor"])}
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})
