"""The app as Slack knows it: its tokens and scopes, and what it has registered in its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.slack.world import Team, User

# docs.slack.dev/reference/scopes: what a method or an event here asks for; not chat:write.public, with which a bot may
# post where nobody has invited it, nor chat:write.customize.
BOT_SCOPES = frozenset(
    {"app_mentions:read", "chat:write", "commands", "files:read", "files:write", "team:read"}
    | {"channels:history", "groups:history", "im:history", "mpim:history"}
    | {"channels:read", "groups:read", "im:read", "mpim:read", "im:write", "mpim:write"}
    | {"users:read", "users:read.email"}
)


@dataclass
class Installation:
    """One app in one workspace. Where no manifest is installed, everything is registered and BOT_SCOPES granted."""

    team: Team
    bot: User
    app_id: str
    bot_id: str
    bot_token: str = "xoxb-test"
    app_token: str = "xapp-test"
    signing_secret: str = "signing-secret-test"
    verification_token: str = "verification-token-test"
    bot_scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    commands: dict[str, bool] | None = None
    shortcuts: dict[str, Mapping[str, Any]] | None = None
    events: set[str] | None = None
    has_home_tab: bool = True
    has_messages_tab: bool = True
    revoked: set[str] = field(default_factory=set)

    def register(self, manifest: Mapping[str, Any]) -> None:
        """Take only what the manifest declares (docs.slack.dev/reference/app-manifest)."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        self.bot_scopes = set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))
        # Whether <@U…> and <#C…> are written out in the text of the command: should_escape.
        self.commands = {
            one["command"]: bool(one.get("should_escape", False)) for one in features.get("slash_commands", ())
        }
        self.shortcuts = {one["callback_id"]: one for one in features.get("shortcuts", ())}
        self.events = set(settings.get("event_subscriptions", {}).get("bot_events", ()))
        home = features.get("app_home", {})
        self.has_home_tab = bool(home.get("home_tab_enabled", False))
        self.has_messages_tab = bool(home.get("messages_tab_enabled", True))

    def subscribes_to(self, event: str) -> bool:
        """Whether events of this name, as a manifest writes it ("message.im"), go to the app."""
        return self.events is None or event in self.events

    def scopes_of(self, token: str) -> set[str]:
        return self.app_scopes if token == self.app_token else self.bot_scopes
