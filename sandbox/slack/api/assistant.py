"""What an agent shows beside its messages: a status, a title, suggested prompts."""

from __future__ import annotations

from typing import Final

from sandbox.slack.api.lookup import open_channel
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.posting import set_status
from sandbox.slack.workspace import Json

MOST_PROMPTS: Final = 4


def _thread(call: Call) -> tuple[Channel, str]:
    channel = open_channel(call, "channel_id")
    ts = call.args.need("thread_ts", "invalid_thread_ts")
    if call.workspace.messages.get(channel.id, ts) is None:
        raise SlackError("invalid_thread_ts")
    return channel, call.workspace.messages.parent_of(channel.id, ts)


@method("assistant.threads.setStatus", "assistant:write", "chat:write")
async def status(call: Call) -> Json:
    channel, ts = _thread(call)
    if "status" not in call.args:
        raise SlackError("invalid_arguments")
    set_status(call.workspace, channel, ts, call.args.text("status"))
    return {}


@method("assistant.threads.setTitle", "assistant:write")
async def title(call: Call) -> Json:
    channel, ts = _thread(call)
    call.workspace.titles[(channel.id, ts)] = call.args.need("title")
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
async def prompts(call: Call) -> Json:
    """With an agent view the prompts belong to the whole conversation: no thread is named."""
    channel = open_channel(call, "channel_id")
    found = call.args.items("prompts")
    if not found or len(found) > MOST_PROMPTS:
        raise SlackError("invalid_arguments")
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in found):
        raise SlackError("invalid_arguments")
    shown = {"title": call.args.text("title"), "prompts": found}
    call.workspace.prompts[channel.id] = shown
    data = {"channel": channel.id, **shown}
    call.workspace.feed.tell("prompts", data, call.workspace.viewers(channel))
    return {}
