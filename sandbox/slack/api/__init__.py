"""The Web API: `METHODS` is filled by importing every family here."""

from sandbox.slack.api import (
    assistant,
    auth,
    channel_changes,
    chat,
    chat_more,
    conversations,
    files,
    functions,
    marks,
    reactions,
    streams,
    users,
    views,
)
from sandbox.slack.api.registry import METHODS

__all__ = [
    "METHODS",
    "assistant",
    "auth",
    "channel_changes",
    "chat",
    "chat_more",
    "conversations",
    "files",
    "functions",
    "marks",
    "reactions",
    "streams",
    "users",
    "views",
]
