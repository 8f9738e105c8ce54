"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal, files.info."""

from tests.slack import shapes
from tests.slack.content import load
from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call, method
from tests.slack.world import Channel, File, Json, Message

ALT_CHARACTERS = 1000
SNIPPET_BYTES = 1_000_000


@method("files.getUploadURLExternal", "filename! length! alt_txt snippet_type", scopes="files:write", tier=4)
def get_upload_url(call: Call) -> Json:
    length = call.whole("length", 0)
    if length <= 0:
        raise Refusal("missing_argument")
    if len(call.text("alt_txt")) > ALT_CHARACTERS:
        raise Refusal("alt_txt_too_large")
    if call.text("snippet_type") and length > SNIPPET_BYTES:
        raise Refusal("snippet_too_large")
    world = call.slack.world
    file = File(world.new_id("F"), call.text("filename"), length, int(call.at), call.slack.app.bot.id)
    file.alt_text = call.text("alt_txt") or None
    with world.changing():
        world.files[file.id] = file
    return {"upload_url": f"{call.slack.url}/upload/v1/{file.id}", "file_id": file.id}


def take_upload(file: File, content: bytes) -> None:
    """The bytes that were sent to the upload_url. Errors: Refusal."""
    if file.content is not None:
        raise Refusal("file_already_uploaded")
    if len(content) != file.size:
        raise Refusal("length_mismatch", f"{file.size} bytes were announced and {len(content)} came")
    file.content = content


@method(
    "files.completeUploadExternal",
    "files! channel_id channels initial_comment thread_ts blocks",
    scopes="files:write",
    tier=4,
    takes_json=True,
)
def complete_upload(call: Call) -> Json:
    files = [_uploaded(call, one) for one in _announced(call)]
    wanted = call.names("channels") or call.names("channel_id")
    channels = [_channel(call, name) for name in wanted]
    for channel in channels:
        _share(call, channel, files)
    for file in files:
        file.is_complete = True
    return {"files": [shapes.file(file) for file in files]}


def _announced(call: Call) -> list[Json]:
    announced = load(call.args, "files", "invalid_arguments")
    if not isinstance(announced, list) or not announced or not all(isinstance(one, dict) for one in announced):
        raise Refusal("invalid_arguments", "[ERROR] files must be an array of objects with an id")
    if unknown := {name for one in announced for name in one} - {"id", "title", "highlight_type"}:
        raise Refusal("invalid_arguments", *sorted(unknown))
    return announced


def _uploaded(call: Call, announced: Json) -> File:
    file = call.slack.world.files.get(str(announced.get("id")))
    if file is None or file.content is None or file.is_complete:
        raise Refusal("file_not_found")
    file.title = str(announced.get("title") or file.name)
    return file


def _channel(call: Call, name: str) -> Channel:
    channel = call.slack.world.channels.get(name)
    bot = call.slack.app.bot.id
    if channel is None or (channel.kind != "public" and bot not in channel.members):
        raise Refusal("invalid_channel")
    if bot not in channel.members or channel.is_archived:
        raise Refusal("posting_to_channel_denied")
    return channel


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    app, world = call.slack.app, call.slack.world
    message = Message(channel, world.new_ts(), app.bot.id, call.text("initial_comment"), files=list(files))
    message.bot_id, message.app_id = app.bot_id, app.app_id
    message.thread_ts = call.text("thread_ts") or None
    message.extra = {"subtype": "file_share"}
    for file in files:
        file.channels.append(channel.id)
    world.add_message(message)
    call.slack.echo(message)


@method("files.info", "file! count cursor limit page", scopes="files:read", tier=4)
def files_info(call: Call) -> Json:
    file = call.slack.world.files.get(call.text("file"))
    if file is None or not file.is_complete:
        raise Refusal("file_not_found")
    return {"file": shapes.file(file)}
