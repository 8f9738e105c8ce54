"""manifest.yml: the app as it is registered with Slack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent.parent / "manifest.yml"


def read(path: Path = PATH) -> Mapping[str, Any]:
    """The manifest. Errors: OSError, yaml.YAMLError."""
    # Loaded here, since only the doctor and the tests need it.
    import yaml  # noqa: PLC0415

    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def bot_scopes(manifest: Mapping[str, Any]) -> frozenset[str]:
    """What the bot may do in a workspace that has installed the app."""
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])
