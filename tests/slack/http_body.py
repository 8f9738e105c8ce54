"""Reading what an app posts: a form, JSON, or multipart.

docs.slack.dev/apis/web-api names the errors: invalid_post_type, missing_post_type, invalid_json, json_not_object,
invalid_form_data.
"""

import json
from collections.abc import Mapping
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from tests.slack.refusal import Refusal

FORM, JSON, MULTIPART, PLAIN = (
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data",
    "text/plain",
)


def arguments(content_type: str, body: bytes, query: str) -> tuple[dict[str, Any], bool]:
    """The arguments of a call, and whether they came as JSON. Errors: Refusal."""
    args: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return args, False
    if not kind:
        raise Refusal("missing_post_type")
    if kind == JSON:
        return args | json_object(body), True
    if kind == MULTIPART:
        return args | {name: value.decode() for name, value in parts(content_type, body).items()}, False
    if kind not in (FORM, PLAIN):
        raise Refusal("invalid_post_type")
    return args | form(body), False


def json_object(body: bytes) -> dict[str, Any]:
    """Errors: Refusal."""
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(value, dict):
        raise Refusal("json_not_object")
    return value


def form(body: bytes) -> dict[str, str]:
    """Errors: Refusal, for a list as PHP writes it too (foo[7])."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise Refusal("invalid_form_data") from None
    if any("[" in name for name, _ in pairs):
        raise Refusal("invalid_array_arg")
    return dict(pairs)


def parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart body by name. Errors: Refusal."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else []:
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        payload = part.get_payload(decode=True)  # type: ignore[union-attr]
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload
    if not found:
        raise Refusal("invalid_form_data")
    return found


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
