"""One call of the Web API: its arguments, the rules of its method, and the way to refuse it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.slack.refusal import Refusal
from tests.slack.world import Channel, Json, User

if TYPE_CHECKING:
    from tests.slack.slack import Slack

# docs.slack.dev/apis/web-api/rate-limits: calls a minute; "special" is one message a second and channel.
Tier = Literal[1, 2, 3, 4, "special"]


@dataclass(frozen=True)
class Method:
    """What docs.slack.dev/reference/methods/NAME states: the arguments, scopes, rate limit and kind of token."""

    name: str
    run: Callable[["Call"], Json]
    arguments: frozenset[str]
    required: tuple[str, ...]
    scopes: tuple[str, ...]
    tier: Tier
    token: Literal["bot", "app", "none"]
    takes_json: bool

    @property
    def doc(self) -> str:
        return f"https://docs.slack.dev/reference/methods/{self.name}"


METHODS: dict[str, Method] = {}


def method(
    name: str,
    arguments: str = "",
    *,
    scopes: str = "",
    tier: Tier = 3,
    token: Literal["bot", "app", "none"] = "bot",
    takes_json: bool = False,
) -> Callable[[Callable[["Call"], Json]], Callable[["Call"], Json]]:
    """Declare a method; an argument that ends in ! is required. Of several scopes, one suffices."""
    names = arguments.split()

    def declare(run: Callable[["Call"], Json]) -> Callable[["Call"], Json]:
        METHODS[name] = Method(
            name,
            run,
            frozenset(one.rstrip("!") for one in names),
            tuple(one[:-1] for one in names if one.endswith("!")),
            tuple(scopes.split()),
            tier,
            token,
            takes_json,
        )
        return run

    return declare


@dataclass
class Call:
    """What an app asked. `answer` is what it was told, None where the connection was dropped before."""

    slack: "Slack"
    method: str
    args: Mapping[str, Any]
    at: float
    token: str | None = None
    answer: Json | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    # --- arguments: forms carry everything as text, JSON bodies as it is ---------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def whole(self, name: str, default: int, error: str = "invalid_arguments") -> int:
        value = self.args.get(name)
        try:
            return default if value in (None, "") else int(str(value))
        except ValueError:
            raise Refusal(error) from None

    def json(self, name: str, error: str) -> Any:
        """A JSON argument, which a form carries as text; None where it is not there."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refusal(error) from None

    def names(self, name: str) -> list[str]:
        """A list, which a form carries with commas."""
        value = self.args.get(name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [str(one) for one in value]
        return [one.strip() for one in str(value or "").split(",") if one.strip()]

    # --- what several methods look up --------------------------------------------------------------------------------

    def channel(self, name: str = "channel", error: str = "channel_not_found") -> Channel:
        """The conversation that is meant, if the app may know of it: a private one only where it is a member."""
        found = self.slack.world.channels.get(self.text(name))
        if found is None or (found.kind != "public" and self.slack.app.bot.id not in found.members):
            raise Refusal(error)
        return found

    def user(self, name: str = "user") -> User:
        """The user who is meant."""
        found = self.slack.world.users.get(self.text(name))
        if found is None:
            raise Refusal("user_not_found")
        return found

    def need_scope(self, *any_of: str) -> None:
        """Errors: missing_scope, where the token has none of these."""
        provided = self.slack.app.scopes_of(self.token or "")
        if not provided & set(any_of):
            raise Refusal("missing_scope", needed=",".join(any_of), provided=",".join(sorted(provided)))
