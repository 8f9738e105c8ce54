"""users.info, users.list, users.lookupByEmail, users.conversations."""

from tests.slack import shapes
from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call, method
from tests.slack.web_api.conversations import listed, types_asked
from tests.slack.web_api.paging import page
from tests.slack.world import Json


@method("users.info", "user! include_locale", scopes="users:read", tier=4)
def users_info(call: Call) -> Json:
    user, with_locale = call.user(), call.flag("include_locale")
    is_known = call.slack.shares_a_channel(user.id)
    return {"user": shapes.user(user, call.slack.app, with_locale=with_locale, shares_a_channel=is_known)}


@method("users.list", "cursor include_locale limit team_id", scopes="users:read", tier=2)
def users_list(call: Call) -> Json:
    known = [one for one in call.slack.world.users.values() if one.team is call.slack.app.team]
    some, metadata = page(call, known, default=max(len(known), 1))
    members = [shapes.user(one, call.slack.app, with_locale=call.flag("include_locale")) for one in some]
    return {"members": members, "cache_ts": int(call.at), "response_metadata": metadata}


@method("users.lookupByEmail", "email!", scopes="users:read.email")
def users_lookup_by_email(call: Call) -> Json:
    email = call.text("email").casefold()
    for one in call.slack.world.users.values():
        if one.team is call.slack.app.team and not one.deleted and (one.email or "").casefold() == email:
            return {"user": shapes.user(one, call.slack.app)}
    raise Refusal("users_not_found")


@method("users.conversations", "cursor exclude_archived limit team_id types user")
def users_conversations(call: Call) -> Json:
    kinds = types_asked(call)
    user_id = call.user().id if call.text("user") else call.slack.app.bot.id
    found = [
        one
        for one in listed(call, kinds)
        if user_id in one.members and (one.kind == "public" or call.slack.app.bot.id in one.members)
    ]
    some, metadata = page(call, found)
    return {"channels": [shapes.channel(one, call.slack.app) for one in some], "response_metadata": metadata}
