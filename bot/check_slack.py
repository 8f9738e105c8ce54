"""What the doctor finds at Slack: whether it can be reached, takes the tokens, and has granted what manifest.yml asks.

Each question is asked once, without waiting for long, and none changes anything. No sentence shows a token.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from bot import manifest
from bot.ask_slack import Answer, ask
from bot.findings import Finding, ok, warning, wrong
from bot.settings import Settings

# From 300 seconds on Slack's signatures are refused: docs.slack.dev/authentication/verifying-requests-from-slack.
CLOCK_OFF_MOST_SECONDS = 60
SLACK_ITSELF = Settings.model_fields["slack_api_url"].default
APPS = "api.slack.com/apps"
BOT, APP = "Bot token", "App-level token"
NOT_A_MEMBER = {
    "deleted": "has left the workspace",
    "is_bot": "is an app, not a person",
    "is_restricted": "is a guest",
    "is_ultra_restricted": "is a guest",
    "is_stranger": "is of another workspace",
}


def findings(
    settings: Settings, unusable: frozenset[str], clock: Callable[[], dt.datetime], admins: int
) -> Iterator[Finding]:
    """Everything about Slack. `unusable` names the settings that have been complained of already; `admins` is how many
    the database knows.
    """
    before = clock()
    reached = ask(settings, "api.test")
    yield _of_slack(settings, reached)
    if (finding := _of_clock(reached, before + (clock() - before) / 2)) is not None:
        yield finding
    bot: Answer | None = None
    if (token := settings.slack_bot_token) is not None and reached.is_there:
        bot = ask(settings, "auth.test", token)
        yield from _of_bot(bot)
    elif token is None and "slack_bot_token" not in unusable:
        remedy = f"Install the app, and copy the Bot User OAuth Token from OAuth & Permissions at {APPS} into .env."
        yield wrong(BOT, "SLACK_BOT_TOKEN is not set.", remedy)
    if "slack_app_token" not in unusable:
        yield from _of_app_token(settings, reached)
    if "slack_signing_secret" not in unusable:
        yield _of_signing_secret(settings.slack_signing_secret)
    if "first_admin" not in unusable:
        yield from _of_first_admin(settings, bot, admins)


def _of_slack(settings: Settings, reached: Answer) -> Finding:
    url = settings.slack_api_url
    if reached.trouble is not None:
        return wrong("Slack", *reached.trouble)
    if url != SLACK_ITSELF:
        says = f"What answers at {url} is not Slack itself."
        return warning("Slack", says, "Take SLACK_API_URL out, unless you are trying a stand-in.")
    return ok("Slack", f"{url} can be reached.")


def _of_clock(reached: Answer, now: dt.datetime) -> Finding | None:
    """How far this computer's clock is from Slack's, where Slack says what time it is."""
    try:
        theirs = parsedate_to_datetime(reached.headers.get("date", ""))
    except ValueError:
        return None
    off_seconds = (now - theirs).total_seconds()
    if abs(off_seconds) <= CLOCK_OFF_MOST_SECONDS:
        return ok("Clock", "It agrees with Slack's.")
    says = f"It is {abs(off_seconds):,.0f} seconds {'ahead of' if off_seconds > 0 else 'behind'} Slack's."
    remedy = (
        "Let the network set it (timedatectl set-ntp true); five minutes off, and no request over HTTP is believed."
    )
    return wrong("Clock", says, remedy)


def _of_bot(answer: Answer) -> Iterator[Finding]:
    if answer.trouble is not None:
        yield wrong(BOT, *answer.trouble)
        return
    yield ok(BOT, f"It is that of {answer.data.get('user')} in the workspace {answer.data.get('team')}.")
    if "x-oauth-scopes" not in answer.headers:
        yield warning("Scopes", "Slack does not say what it has granted.", "Compare OAuth & Permissions yourself.")
        return
    granted = {scope.strip() for scope in answer.headers["x-oauth-scopes"].split(",")} - {""}
    asked = manifest.bot_scopes(manifest.read())
    if missing := asked - granted:
        says = f"{_listed(missing)} not granted."
        remedy = f"At {APPS} put manifest.yml into App Manifest, save, and reinstall the app (Install App)."
        yield wrong("Scopes", says, remedy)
    if more := granted - asked:
        says = f"{_listed(more)} granted, and not needed."
        yield warning("Scopes", says, "Take what is not needed out under OAuth & Permissions, and reinstall the app.")
    if granted == asked:
        yield ok("Scopes", "They are those of manifest.yml.")


def _of_app_token(settings: Settings, reached: Answer) -> Iterator[Finding]:
    token = settings.slack_app_token
    if token is None and settings.slack_signing_secret is not None:
        yield ok(APP, "It is not set; python -m bot run --http does without, python -m bot run does not.")
    elif token is None:
        remedy = f"Make one at {APPS}, Basic Information, App-Level Tokens, with connections:write; put it into .env."
        yield wrong(APP, "SLACK_APP_TOKEN is not set.", remedy)
    elif reached.is_there:
        answer = ask(settings, "apps.connections.open", token)
        if answer.trouble is not None:
            yield wrong(APP, *answer.trouble)
        else:
            yield ok(APP, "It opens a connection (Socket Mode).")


def _of_signing_secret(secret: SecretStr | None) -> Finding:
    if secret is None:
        return ok("Signing secret", "It is not set; only python -m bot run --http needs it.")
    return ok("Signing secret", "It is set; only a request from Slack can show that it is the right one.")


def _of_first_admin(settings: Settings, bot: Answer | None, admins: int) -> Iterator[Finding]:
    about, who = "First admin", settings.first_admin
    if who is None:
        if admins:
            yield ok("Admins", f"There {'is' if admins == 1 else 'are'} {admins}.")
        else:
            remedy = "Set FIRST_ADMIN in .env to your Slack member ID, or to the e-mail address of your Slack account."
            yield wrong(about, "FIRST_ADMIN is not set, and the database knows no admin.", remedy)
        return
    if bot is None or bot.trouble is not None or settings.slack_bot_token is None:
        return
    if "@" in who:
        answer = ask(settings, "users.lookupByEmail", settings.slack_bot_token, email=who)
    else:
        answer = ask(settings, "users.info", settings.slack_bot_token, user=who)
    if answer.trouble is not None:
        yield wrong(about, *answer.trouble)
        return
    user: Mapping[str, Any] = answer.data.get("user") or {}
    # Of somebody who has left, Slack tells the name in the profile alone.
    name = user.get("real_name") or (user.get("profile") or {}).get("real_name") or who
    if why_not := _not_a_member(user, str(bot.data.get("team_id"))):
        yield wrong(about, f"{name} {why_not}.", "Let FIRST_ADMIN name a full member of the workspace.")
    else:
        others = f" {admins} in all by the database." if admins else ""
        yield ok(about, f"It is {name}.{others}")


def _not_a_member(user: Mapping[str, Any], team_id: str) -> str:
    """Why the user cannot be an admin, as the rest of a sentence; empty for a full member."""
    for mark, why in NOT_A_MEMBER.items():
        if user.get(mark):
            return why
    return "" if user.get("team_id") == team_id else NOT_A_MEMBER["is_stranger"]


def _listed(scopes: Iterable[str]) -> str:
    names = sorted(scopes)
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"
