"""Pictures on their way to one person: as a file in their direct messages with Melktert, or in a folder of a terminal.

An answer in a channel is seen by the asker alone, and Slack shows no file in such an answer; so the picture comes as a
direct message, and the answer says so.
"""

import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

from slack_sdk import WebClient

from bot.chart import png
from commands._reply import Chart

TIMEOUT_SECONDS = 30


def send(client: WebClient, chart: Chart, user_id: str, locale: str) -> None:
    """Draw the chart and upload it to the person's direct messages. Errors: bot.send.TROUBLE."""
    content = png(chart, locale)
    conversation = client.conversations_open(users=user_id)["channel"]["id"]
    given = client.files_getUploadURLExternal(filename=chart.name, length=len(content), alt_txt=chart.alt)
    # An address of Slack's own, which takes the bytes as they are.
    kind = {"Content-Type": "application/octet-stream"}
    upload = Request(given["upload_url"], data=content, method="POST", headers=kind)  # noqa: S310
    with urlopen(upload, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        answer.read()
    client.files_completeUploadExternal(files=[{"id": given["file_id"], "title": chart.title}], channel_id=conversation)


def keep(chart: Chart, locale: str) -> Path:
    """Draw the chart into a folder of its own; the file."""
    path = Path(tempfile.mkdtemp(prefix="melktert-")) / chart.name
    path.write_bytes(png(chart, locale))
    return path
