"""Uploading files: the address, the bytes, the completion, and where the file then stands."""

import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.conftest import Refused
from tests.slack.world import Channel

PICTURE = b"\x89PNG not really"


def test_slacks_own_client_uploads_a_file_into_a_channel(
    slack: Slack, client: WebClient, anna: Person, sales: Channel
) -> None:
    done = client.files_upload_v2(
        channel=sales.id, content=PICTURE, filename="chart.png", title="A chart", alt_txt="up", initial_comment="See:"
    )
    [file] = slack.files
    assert (file.content, file.title, file.alt_text) == (PICTURE, "A chart", "up")
    seen = anna.latest(sales)
    assert (seen.text, [one.id for one in seen.message.files]) == ("See:", [done["file"]["id"]])
    assert client.files_info(file=file.id)["file"]["channels"] == [sales.id]


def test_a_file_goes_into_a_direct_message_too(client: WebClient, anna: Person) -> None:
    client.files_upload_v2(channel=anna.dm.id, content=PICTURE, filename="chart.png")
    assert anna.latest().message.files[0].name == "chart.png"


def announce(client: WebClient, length: int = len(PICTURE)) -> tuple[str, str]:
    answer = client.files_getUploadURLExternal(filename="chart.png", length=length)
    return str(answer["upload_url"]), str(answer["file_id"])


def send(url: str, content: bytes, kind: str = "application/octet-stream") -> int:
    request = urllib.request.Request(url, content, {"Content-Type": kind}, method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(answer.status)


def test_bytes_may_come_in_a_form(slack: Slack, client: WebClient) -> None:
    url, file_id = announce(client)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="chart.png"\r\n\r\n' + PICTURE + b"\r\n--x--\r\n"
    )
    assert send(url, body, "multipart/form-data; boundary=x") == 200
    assert slack.world.files[file_id].content == PICTURE


def test_other_bytes_than_announced_are_refused(slack: Slack, client: WebClient) -> None:
    url, _ = announce(client, 3)
    with pytest.raises(urllib.error.HTTPError):
        send(url, PICTURE)
    slack.expect_complaint("length_mismatch", "upload")


def test_an_address_takes_one_file(slack: Slack, client: WebClient) -> None:
    url, _ = announce(client)
    send(url, PICTURE)
    with pytest.raises(urllib.error.HTTPError):
        send(url, PICTURE)
    slack.expect_complaint("file_already_uploaded", "upload")
    with pytest.raises(urllib.error.HTTPError):
        send(f"{slack.url}/upload/v1/F0", PICTURE)
    slack.expect_complaint("invalid_url", "upload")


def test_what_was_not_uploaded_cannot_be_completed(client: WebClient, refused: Refused, sales: Channel) -> None:
    url, file_id = announce(client)
    refused("file_not_found", "files.completeUploadExternal", files=[{"id": file_id}])
    send(url, PICTURE)
    assert client.files_completeUploadExternal(files=[{"id": file_id, "title": "x"}])["files"][0]["title"] == "x"
    refused("file_not_found", "files.completeUploadExternal", files=[{"id": file_id}])


def test_a_file_goes_only_where_the_app_is(slack: Slack, client: WebClient, refused: Refused) -> None:
    url, file_id = announce(client)
    send(url, PICTURE)
    outside, closed = slack.channel("outside", bot=False), slack.channel("closed", private=True, bot=False)
    for error, channel in (
        ("invalid_channel", "C0"),
        ("invalid_channel", closed.id),
        ("posting_to_channel_denied", outside.id),
    ):
        refused(error, "files.completeUploadExternal", files=[{"id": file_id}], channel_id=channel)


def test_malformed_uploads_are_refused(slack: Slack, client: WebClient, refused: Refused) -> None:
    refused("invalid_arguments", "files.completeUploadExternal", files=[])
    refused("invalid_arguments", "files.completeUploadExternal", files=[{"id": "F0", "colour": "red"}])
    for error, args in (
        ("missing_argument", {"length": 0}),
        ("alt_txt_too_large", {"length": 1, "alt_txt": "x" * 1001}),
        ("snippet_too_large", {"length": 1_000_001, "snippet_type": "text"}),
    ):
        with pytest.raises((SlackApiError, SlackRequestError), match=error):
            client.api_call("files.getUploadURLExternal", data={"filename": "x", **args})
        slack.expect_complaint(error)
    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_info(file="F0")
    slack.expect_complaint("file_not_found", "files.info")
