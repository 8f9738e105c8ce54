"""The way of a call through the Web API: faults, token, rate limit, arguments, scopes, the method, the answer."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.slack.complaints import Complaint
from tests.slack.faults import Fault
from tests.slack.http_body import arguments, bearer
from tests.slack.web_api import METHODS, Call, Method, Refusal

if TYPE_CHECKING:
    from tests.slack.slack import Slack

_requests = itertools.count(1)


@dataclass
class Answer:
    """What goes back; `is_dropped` breaks the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_dropped: bool = False
    delay_seconds: float = 0

    @classmethod
    def of(cls, body: Any, status: int = 200, **headers: str) -> "Answer":
        return cls(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})


def before(slack: "Slack", place: str) -> tuple[float, Answer | None]:
    """What goes wrong before a call is taken: the seconds to wait, and the answer in place of Slack's own."""
    delay_seconds, instead = 0.0, None
    for fault in slack.faults.take(place, "before"):
        if fault.kind == "late":
            slack.clock.advance(seconds=fault.seconds)
        elif fault.kind == "delay":
            delay_seconds += fault.seconds
        else:
            instead = _instead(fault)
    return delay_seconds, instead


def after(slack: "Slack", place: str, answer: Answer) -> Answer:
    """The answer as it reaches the app: later, or not at all."""
    for fault in slack.faults.take(place, "after"):
        answer.is_dropped = answer.is_dropped or fault.kind == "drop"
        answer.delay_seconds += fault.seconds
    return answer


def _instead(fault: Fault) -> Answer:
    if fault.kind == "drop":
        return Answer(is_dropped=True)
    if fault.error:
        return Answer.of({"ok": False, "error": fault.error}, fault.status, **fault.headers)
    return Answer(fault.status, b"Internal Server Error", {"Content-Type": "text/html"})


@dataclass(frozen=True)
class Post:
    """A request as it came."""

    verb: str
    headers: Mapping[str, str]
    query: str
    body: bytes


def answer(slack: "Slack", name: str, post: Post) -> Answer:
    """Answer one call of the Web API, whatever it holds."""
    call = Call(slack, name, {}, slack.clock.now(), bearer(post.headers))
    try:
        call.answer = {"ok": True, **_run(call, post)}
    except Refusal as refusal:
        call.answer = refusal.answer()
        call.status = int(call.answer.pop("status", 200))
        slack.complaints.add(Complaint(name, refusal.error, "; ".join(refusal.messages), call))
    slack.record(call)
    return after(slack, name, Answer.of(call.answer, call.status, **_headers(call)))


def _run(call: Call, post: Post) -> dict[str, Any]:
    method = METHODS.get(call.method)
    if method is None:
        raise Refusal("unknown_method", req_method=call.method)
    args, is_json = arguments(post.headers.get("content-type", ""), post.body, post.query)
    if not is_json:
        call.token = call.token or str(args.get("token") or "") or None
    args.pop("token", None)
    # A method that does not take JSON does not see what it holds: docs.slack.dev/apis/web-api, "POST bodies".
    call.args = args if method.takes_json or not is_json else {}
    _check_token(call, method, post.verb)
    if wait := call.slack.rate_limits.wait_seconds(method, call.args):
        call.headers["Retry-After"] = str(wait)
        raise Refusal("ratelimited", status=429)
    if method.name != "api.test":
        _check_arguments(call, method)
    if method.scopes:
        call.need_scope(*method.scopes)
    with call.slack.world.changing():
        return method.run(call)


def _check_token(call: Call, method: Method, verb: str) -> None:
    """docs.slack.dev/authentication/tokens: xapp- for apps.connections.open alone, xoxb- for the rest."""
    app = call.slack.app
    if method.token == "none":
        return
    if not call.token:
        raise Refusal("not_authed")
    if call.token in app.revoked:
        raise Refusal("token_revoked")
    if call.token not in (app.bot_token, app.app_token):
        raise Refusal("invalid_auth")
    if call.token != (app.app_token if method.token == "app" else app.bot_token):
        raise Refusal("not_allowed_token_type")
    if method.token == "app" and verb != "POST":
        raise Refusal("insecure_request")


def _check_arguments(call: Call, method: Method) -> None:
    """Stricter than Slack, which lets some unknown arguments pass in silence: what Slack ignores is a mistake too."""
    problems = [f"[ERROR] unsupported argument: {name}" for name in call.args if name not in method.arguments]
    problems += [
        f"[ERROR] missing required field: {name}" for name in method.required if call.args.get(name) in (None, "")
    ]
    if problems:
        raise Refusal("invalid_arguments", *problems)


def _headers(call: Call) -> dict[str, str]:
    headers = {"X-Slack-Req-Id": f"{next(_requests):032x}", **call.headers}
    method, app = METHODS.get(call.method), call.slack.app
    if method is not None and call.token in (app.bot_token, app.app_token):
        headers["X-OAuth-Scopes"] = ",".join(sorted(app.scopes_of(call.token)))
        headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
    return headers
