"""views.open, .push, .update, .publish."""

from typing import Any

from tests.slack import shapes
from tests.slack.block_kit import check_view
from tests.slack.content import refuse
from tests.slack.refusal import Refusal
from tests.slack.triggers import Trigger
from tests.slack.web_api.call import Call, method
from tests.slack.world import Json, View


@method("views.open", "view! trigger_id interactivity_pointer", tier=4, takes_json=True)
def views_open(call: Call) -> Json:
    body, trigger = _body(call, "modal"), _trigger(call)
    user = call.slack.world.users[trigger.user_id]
    return {"view": shapes.view(call.slack.modals.open(user, body, trigger), call.slack.app)}


@method("views.push", "view! trigger_id interactivity_pointer", tier=4, takes_json=True)
def views_push(call: Call) -> Json:
    body, trigger = _body(call, "modal"), _trigger(call)
    if trigger.view_id is None:
        raise Refusal("not_found", "the trigger did not come from a modal")
    below = call.slack.world.views.get(trigger.view_id)
    if below is None or not below.is_open:
        raise Refusal("not_found")
    return {"view": shapes.view(call.slack.modals.push(below, body, trigger.id), call.slack.app)}


@method("views.update", "view! external_id hash view_id", tier=4, takes_json=True)
def views_update(call: Call) -> Json:
    body = _body(call, "modal", "home")
    view = _meant(call)
    _same_hash(call, view)
    if view.kind != body["type"]:
        raise Refusal("invalid_arguments", "a view cannot change its type")
    call.slack.modals.change(view, body)
    return {"view": shapes.view(view, call.slack.app)}


@method("views.publish", "user_id! view! hash", tier=4, takes_json=True)
def views_publish(call: Call) -> Json:
    user = call.slack.world.users.get(call.text("user_id"))
    if user is None or user.is_bot:
        raise Refusal("invalid_arguments", "invalid `user_id`")
    if not call.slack.app.has_home_tab:
        raise Refusal("not_enabled")
    body = _body(call, "home")
    home = call.slack.world.homes.get(user.id)
    if home is not None:
        _same_hash(call, home)
    return {"view": shapes.view(call.slack.modals.publish(user, body), call.slack.app)}


def _body(call: Call, *kinds: str) -> Json:
    body = checked_view(call.json("view", "invalid_arguments"), *kinds)
    external_id = body.get("external_id")
    known = [one for one in call.slack.modals.all() if external_id and one.body.get("external_id") == external_id]
    if known and call.method != "views.update" and not (call.method == "views.publish" and known[0].kind == "home"):
        raise Refusal("duplicate_external_id")
    return body


def checked_view(body: Any, *kinds: str) -> Json:
    """A view that Slack accepts. Errors: Refusal."""
    refuse(check_view(body, *kinds), "invalid_arguments")
    return dict(body)


def _trigger(call: Call) -> Trigger:
    names = [name for name in ("trigger_id", "interactivity_pointer") if call.text(name)]
    if len(names) != 1:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: trigger_id")
    trigger, error = call.slack.triggers.exchange(call.text(names[0]))
    if trigger is None:
        raise Refusal(error)
    return trigger


def _meant(call: Call) -> View:
    if bool(call.text("view_id")) == bool(call.text("external_id")):
        raise Refusal("invalid_arguments", "[ERROR] one of view_id and external_id is required")
    name = "view_id" if call.text("view_id") else "external_id"
    for view in call.slack.modals.all():
        if call.text(name) == (view.id if name == "view_id" else view.body.get("external_id")):
            return view
    raise Refusal("not_found")


def _same_hash(call: Call, view: View) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")
