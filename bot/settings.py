"""The only reader of the environment. Every setting is explained in .env.example.

A description finishes the sentence "The setting X takes …", which is what somebody reads who has set it wrongly.
"""

import logging
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# How each kind of token starts (docs.slack.dev/authentication/tokens), what it is called, and where it belongs.
KINDS = {
    "xoxb-": ("the bot token", "slack_bot_token"),
    "xapp-": ("the app-level token", "slack_app_token"),
    "xoxp-": ("a user token", None),
}


# What it cannot read is said by bot/usable.py, in a sentence that says what to do.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)

# More than these are for whoever asks for them: each has its own connections to the database.
PROCESSES_MOST = 4


class Settings(BaseSettings):
    """What the operator decides: from the environment, or from a file .env beside the checkout."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(
        default="sqlite:///melktert.sqlite3",
        description="sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE for a team",
    )
    home_currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="the ISO 4217 code of the currency in which figures are shown, such as USD",
    )
    slack_bot_token: SecretStr | None = Field(
        default=None,
        description="the bot token, which starts with xoxb-; it stands in the app's page under OAuth & Permissions",
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="the app-level token, which starts with xapp-; it is made in the app's page under "
        "Basic Information, App-Level Tokens, with the scope connections:write",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        description="the signing secret, which stands in the app's page under Basic Information, App Credentials",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="the address of Slack's Web API, such as https://slack.com/api/",
    )
    first_admin: str | None = Field(
        default=None,
        pattern=r"^([UW][A-Z0-9]{2,}|[^@\s]+@[^@\s]+)$",
        description="the Slack member ID (U…) or the e-mail address of the person who is an admin from the start",
    )
    http_host: str = Field(
        default="127.0.0.1",
        pattern=r"^[^\s/]+$",
        description="the address to listen at for HTTP, such as 127.0.0.1",
    )
    http_port: int = Field(
        default=3000, ge=0, le=65535, description="the port to listen at for HTTP, up to 65535; 0 takes any free one"
    )

    http_processes: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, PROCESSES_MOST),
        ge=1,
        le=64,
        description="the number of processes that answer HTTP, such as 2",
    )

    ambiguous_wait_seconds: int = Field(
        default=60,
        ge=2,
        le=600,
        description="the seconds, from 2 to 600, after which a message that Slack may or may not have taken is looked "
        "for in its conversation, such as 60",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _without_margins(cls, value: Any) -> Any:
        """Blanks and quotation marks that came along with a copied value; not every reader of .env drops them."""
        return value.strip().strip("\"'").strip() if isinstance(value, str) else value

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret")
    @classmethod
    def _is_in_its_place(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Swapping the two tokens is the commonest mistake, so it gets a sentence of its own. None shows any of it."""
        assert info.field_name is not None
        held = secret.get_secret_value() if secret is not None else ""
        for kind, (name, place) in KINDS.items():
            if held.startswith(kind) and place != info.field_name:
                belongs = f", which belongs in {place.upper()}" if place else ""
                raise ValueError(
                    f"{info.field_name.upper()} holds {name} ({kind}…){belongs}; it takes {cls.taken(info.field_name)}."
                )
        starts = "".join(kind for kind, (_, place) in KINDS.items() if place == info.field_name)
        if secret is not None and not re.fullmatch(rf"{starts}[\x21-\x7e]+", held):
            raise ValueError(cls.sentence(info.field_name))
        return secret

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_a_slash(cls, url: str) -> str:
        """Slack's clients put the method's name behind it."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError(cls.sentence("slack_api_url"))
        return url.rstrip("/") + "/"

    @classmethod
    def taken(cls, field: str) -> str:
        """What a setting takes, in words."""
        return str(cls.model_fields[field].description)

    @classmethod
    def sentence(cls, field: str) -> str:
        """For whoever has set it to something else."""
        return f"The setting {field.upper()} takes {cls.taken(field)}."


def unread_in(path: Path) -> dict[str, int]:
    """The settings that stand in a line of the file that cannot be read, such as one in which a quotation mark is not
    closed, by name, with the number of the line. Errors: OSError, UnicodeError.
    """
    found: dict[str, int] = {}
    if not path.is_file():
        return found
    with path.open(encoding="utf-8-sig") as file:
        for binding in parse_stream(file):
            name = re.match(r"\s*(?:export\s+)?(\w+)", binding.original.string)
            if binding.error and name and name[1].lower() in Settings.model_fields:
                found[name[1].lower()] = binding.original.line
    return found
