"""What an app answers to a submitted modal: docs.slack.dev/surfaces/modals, "Updating modal views" and its errors."""

from typing import TYPE_CHECKING, Any

from tests.slack.filling import plain
from tests.slack.refusal import Refusal
from tests.slack.web_api.views import checked_view
from tests.slack.world import View

if TYPE_CHECKING:
    from tests.slack.interactions import Interaction

# What stands beside each response_action; without any, the view that was submitted closes.
FIELDS: dict[str | None, set[str]] = {
    "errors": {"errors"},
    "update": {"view"},
    "push": {"view"},
    "clear": set(),
    None: set(),
}


def respond(view: View, submission: "Interaction", answer: Any, trigger_id: str) -> None:
    """Do what the acknowledgement of a view_submission says. Errors: Refusal."""
    if not isinstance(answer, dict):
        raise Refusal("invalid_response_action", f"not an object: {answer!r}"[:200])
    action = answer.get("response_action")
    if action not in FIELDS or set(answer) - {"response_action"} != FIELDS[action]:
        raise Refusal("invalid_response_action", str(answer)[:200])
    modals, world = submission.slack.modals, submission.slack.world
    if action == "errors":
        submission.errors = shown_errors(view, answer["errors"])
    elif action == "clear":
        world.close_views(world.stack_of(view.user.id))
    elif action is None:
        world.close_views([view])
    elif action == "update":
        modals.change(view, checked_view(answer["view"], "modal"))
    else:
        modals.push(view, checked_view(answer["view"], "modal"), trigger_id)


def shown_errors(view: View, errors: Any) -> dict[str, str]:
    """The errors of a submitted modal by the label of the field. Errors: Refusal where a key names no input block."""
    labels = {block["block_id"]: plain(block["label"]) for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not all(isinstance(one, str) for one in errors.values()):
        raise Refusal("invalid_response_action", "[ERROR] errors must be an object of strings, and not empty")
    if unknown := [name for name in errors if name not in labels]:
        raise Refusal("invalid_response_action", *(f"[ERROR] no input block is called {name}" for name in unknown))
    return {labels[name]: text for name, text in errors.items()}
