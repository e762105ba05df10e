"""A file shown in a channel, by the app or by a person."""

from __future__ import annotations

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.files import File
from sandbox.slack.core.messages import Message
from sandbox.slack.payloads.events import emit
from sandbox.slack.posting import post
from sandbox.slack.workspace import Json, Workspace


def share(
    workspace: Workspace, channel: Channel, files: list[File], content: Json, thread_ts: str = ""
) -> Message:
    if thread_ts and workspace.messages.get(channel.id, thread_ts) is None:
        raise SlackError("thread_not_found")
    for file in files:
        file.channels.append(channel.id)
        workspace.journal.write("file", file=file.as_record())
    shown = {
        "files": [file.as_slack(workspace.url) for file in files],
        "upload": False,
        "display_as_bot": False,
    }
    message = post(workspace, channel, content | {"subtype": "file_share", **shown}, thread_ts=thread_ts)
    for file in files:
        event = {"type": "file_shared", "file_id": file.id, "user_id": file.user, "file": {"id": file.id}}
        emit(workspace, event | {"channel_id": channel.id, "event_ts": workspace.stamps.next()}, channel)
    return message
