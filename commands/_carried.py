"""What a button carries, as it is written for Slack, and how much room a text takes in it."""

import json
import re
import struct
import unicodedata

_NOT_ASCII = re.compile("[^ -~]")
# Letters and marks that nothing is seen of, such as fillers and variation selectors.
_UNSEEN = re.compile("[\u115f\u1160\u3164\uffa0\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def written(value: object) -> str:
    """Compact JSON that comes back from Slack as it left, whatever element it was in.

    An escape takes six of the characters that Slack allows, so letters of every script go as they are; & < > and what
    anything on the way may write otherwise, such as emoji and what is not seen, do not.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = _NOT_ASCII.sub(lambda sign: sign[0] if _is_plain(sign[0]) else _escaped(sign[0]), text)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def carried(text: str) -> int:
    """How many characters a text takes within a button's value: a letter mostly one, a quote two, an escape six."""
    return len(written(text).encode("utf-16-le")) // 2 - 2


def _escaped(sign: str) -> str:
    return "".join(f"\\u{unit:04x}" for (unit,) in struct.iter_unpack(">H", sign.encode("utf-16-be", "surrogatepass")))


def _is_plain(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMNP" and not _UNSEEN.match(sign)
