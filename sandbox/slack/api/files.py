"""Uploads in three steps: an address, the bytes, the completion that shows the file."""

from __future__ import annotations

from sandbox.slack.api.lookup import open_channel
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.files import File
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.posting import as_bot
from sandbox.slack.sharing import share
from sandbox.slack.validation import limits
from sandbox.slack.workspace import Json


@method("files.getUploadURLExternal", "files:write")
async def upload_address(call: Call) -> Json:
    name, length = call.args.need("filename"), call.args.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument", argument="length")
    alt = call.args.text("alt_txt")
    if len(alt) > limits.FILE_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    file = call.workspace.files.expect(name, length, BOT_USER, int(call.workspace.clock()), alt)
    return {"upload_url": f"{call.workspace.url}/upload/{file.ticket}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
async def complete(call: Call) -> Json:
    items = call.args.items("files")
    if not items:
        raise SlackError("invalid_arguments")
    files = [_received(call, item) for item in items]
    shown = [_finish(call, file, item) for file, item in zip(files, items, strict=True)]
    if "channel_id" in call.args:
        channel = open_channel(call, "channel_id")
        content = as_bot(call.workspace) | {"text": call.args.text("initial_comment")}
        share(call.workspace, channel, files, content, call.args.text("thread_ts"))
    return {"files": shown}


def _received(call: Call, item: object) -> File:
    key = str(item.get("id")) if isinstance(item, dict) else ""
    file = call.workspace.files.get(key)
    if file is None:
        raise SlackError("file_not_found")
    if file.received < 0:
        raise SlackError("file_not_found", detail="nothing was uploaded to its address")
    if file.received != file.length:
        raise SlackError(
            "file_update_failed", detail=f"{file.length} bytes announced, {file.received} received"
        )
    return file


def _finish(call: Call, file: File, item: Json) -> Json:
    file.title, file.complete, file.ticket = str(item.get("title") or file.name), True, ""
    call.workspace.journal.write("file", file=file.as_record())
    return file.as_slack(call.workspace.url)


@method("files.info", "files:read")
async def info(call: Call) -> Json:
    return {"file": _known(call).as_slack(call.workspace.url), "comments": []}


@method("files.delete", "files:write")
async def delete(call: Call) -> Json:
    file = _known(call)
    if file.user != BOT_USER:
        raise SlackError("cant_delete_file")
    call.workspace.files.drop(file.id)
    return {}


def _known(call: Call) -> File:
    file = call.workspace.files.get(call.args.need("file", "file_not_found"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return file
