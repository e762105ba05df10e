"""Links to messages, scheduled messages, and previews of links."""

from __future__ import annotations

from typing import Final

from sandbox.slack.api.lookup import channel_of, message_of, open_channel, thread_of
from sandbox.slack.api.registry import Call, method
from sandbox.slack.content import message_content
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.stamps import new_id
from sandbox.slack.posting import as_bot, post, touch
from sandbox.slack.workspace import Json, Workspace

FARTHEST_S: Final = 120 * 86_400
BUCKET_S: Final = 300
A_BUCKET: Final = 30


@method("chat.getPermalink")
async def permalink(call: Call) -> Json:
    channel = channel_of(call)
    message = message_of(call, channel, "message_ts")
    address = f"{call.workspace.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    thread = message.get("thread_ts")
    if thread and thread != message["ts"]:
        address += f"?thread_ts={thread}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}


@method("chat.scheduleMessage", "chat:write")
async def schedule(call: Call) -> Json:
    channel = open_channel(call)
    content = message_content(call.args)
    at = call.args.number("post_at", 0)
    now = call.workspace.clock()
    if at <= now:
        raise SlackError("time_in_past")
    if at > now + FARTHEST_S:
        raise SlackError("time_too_far")
    beside = [s for s in call.workspace.scheduled.values() if s["channel_id"] == channel.id]
    if sum(abs(s["post_at"] - at) < BUCKET_S for s in beside) >= A_BUCKET:
        raise SlackError("restricted_too_many")
    key = new_id("Q")
    call.workspace.scheduled[key] = {
        "id": key,
        "channel_id": channel.id,
        "post_at": at,
        "date_created": int(now),
        "thread_ts": thread_of(call, channel),
        **content,
    }
    call.workspace.later(at - now, lambda: _due(call.workspace, channel, key, content))
    return {"channel": channel.id, "scheduled_message_id": key, "post_at": at, "message": content}


def _due(workspace: Workspace, channel: Channel, key: str, content: Json) -> None:
    """Its time has come, unless it was taken back meanwhile."""
    planned = workspace.scheduled.pop(key, None)
    if planned is not None and not channel.is_archived:
        post(workspace, channel, as_bot(workspace) | content, thread_ts=planned["thread_ts"])


@method("chat.deleteScheduledMessage", "chat:write")
async def unschedule(call: Call) -> Json:
    key = call.args.need("scheduled_message_id")
    found = call.workspace.scheduled.get(key)
    if found is None or found["channel_id"] != channel_of(call).id:
        raise SlackError("invalid_scheduled_message_id")
    del call.workspace.scheduled[key]
    return {}


@method("chat.scheduledMessages.list")
async def list_scheduled(call: Call) -> Json:
    wanted = call.args.text("channel")
    found = [s for s in call.workspace.scheduled.values() if wanted in {"", s["channel_id"]}]
    return {"scheduled_messages": found, "response_metadata": {"next_cursor": ""}}


@method("chat.unfurl", "links:write")
async def unfurl(call: Call) -> Json:
    channel = channel_of(call)
    message = message_of(call, channel)
    unfurls = call.args.object("unfurls", "cannot_parse_attachment")
    if not unfurls:
        raise SlackError("missing_unfurls")
    if not all(isinstance(content, dict) for content in unfurls.values()):
        raise SlackError("cannot_parse_attachment")
    message["attachments"] = [{"from_url": url, **content} for url, content in unfurls.items()]
    touch(call.workspace, channel, message)
    return {}
