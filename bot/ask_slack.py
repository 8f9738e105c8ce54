"""One question to Slack's Web API for the doctor: what it answers, or what is the trouble and what to do about it."""

import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.settings import Settings

TIMEOUT_SECONDS = 10
METHOD_PAGE = "https://docs.slack.dev/reference/methods/"
_COPY_ANEW = "Copy it anew from the app's page at api.slack.com/apps into .env."
_INSTALL_ANEW = "Install the app again at api.slack.com/apps, Install App, and copy the new token into .env."
_GRANT = "At api.slack.com/apps put manifest.yml into App Manifest, save, and reinstall the app (Install App)."
_NEW_APP_TOKEN = "Make another at api.slack.com/apps, Basic Information, App-Level Tokens, with that scope."  # noqa: S105
_FIRST_ADMIN = "Set FIRST_ADMIN to the member ID or the e-mail address of somebody in this workspace."
# docs.slack.dev/reference/methods/auth.test and the pages of the others list what Slack may answer.
TROUBLES = {
    "invalid_auth": ("Slack does not take this token.", _COPY_ANEW),
    "not_authed": ("Slack does not take this token.", _COPY_ANEW),
    "not_allowed_token_type": ("Slack says that this is another kind of token.", _COPY_ANEW),
    "token_revoked": ("The token has been revoked, or the app removed from the workspace.", _INSTALL_ANEW),
    "token_expired": ("The token has expired.", _INSTALL_ANEW),
    "account_inactive": ("The app has been removed from the workspace.", _INSTALL_ANEW),
    "users_not_found": ("Nobody in this workspace has that e-mail address.", _FIRST_ADMIN),
    "user_not_found": ("Nobody in this workspace has that member ID.", _FIRST_ADMIN),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered. `trouble` is what went wrong and what to do about it, in two sentences, without any data.

    `is_there` is False where nothing answered at all. The headers' names are in small letters.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: tuple[str, str] | None = None
    is_there: bool = True


def ask(settings: Settings, method: str, token: SecretStr | None = None, **arguments: str) -> Answer:
    """Ask once. Errors: none; that is what `trouble` is for."""
    client = WebClient(
        token.get_secret_value() if token is not None else None,
        base_url=settings.slack_api_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=_silent(),
    )
    try:
        response = client.api_call(method, params=arguments)
    except SlackApiError as error:
        return Answer(headers=_small(error.response.headers), trouble=_refused(settings, method, error))
    except (OSError, HTTPException) as error:
        return Answer(trouble=_away(settings, error), is_there=False)
    return Answer(dict(response.data) if isinstance(response.data, dict) else {}, _small(response.headers))


def _refused(settings: Settings, method: str, error: SlackApiError) -> tuple[str, str]:
    response = error.response
    word = str(response.get("error", ""))
    if response.status_code == 429:
        seconds = _small(response.headers).get("retry-after", "60")
        return f"Slack asks to wait for {seconds} seconds.", "Run the doctor again after that."
    if response.status_code >= 500:
        return f"Slack itself has trouble; it answers {response.status_code}.", "Run the doctor again in some minutes."
    if word == "missing_scope":
        needed = re.sub(r"[^a-z:._,]", "", str(response.get("needed", "")))
        return f"The scope {needed} is missing.", _NEW_APP_TOKEN if method == "apps.connections.open" else _GRANT
    if word in TROUBLES:
        return TROUBLES[word]
    if not re.fullmatch("[a-z_]{1,60}", word):
        host = urlsplit(settings.slack_api_url).netloc
        return f"What answers at {host} is not Slack.", "Correct SLACK_API_URL, or look for a proxy in between."
    return f"Slack answers {word}.", f"{METHOD_PAGE}{method} says what that means."


def _away(settings: Settings, error: Exception) -> tuple[str, str]:
    host = urlsplit(settings.slack_api_url).hostname
    if isinstance(error, URLError) and isinstance(error.reason, ssl.SSLError):
        says = f"The certificate of {host} cannot be verified."
        return says, "Install the certificates of your system (ca-certificates), or those of the proxy in between."
    says = f"{host} cannot be reached."
    return says, "Check the network, a proxy in between (HTTPS_PROXY), and SLACK_API_URL."


def _small(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


def _silent() -> logging.Logger:
    """slack_sdk tells of trouble in its own way as well, which would stand among the findings."""
    logger = logging.getLogger("melktert.doctor")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
