"""The only reader of the environment. Every setting is explained in .env.example."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the operator decides: from the environment, or from a file .env beside the checkout."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///melktert.sqlite3",
        description="sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE for a team",
    )
    home_currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="ISO 4217 code in which figures are shown; needed only where the ledger has several currencies",
    )
