"""Messages by channel, in order of their ts, with what a parent knows of its thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]


class Messages:
    """Stored messages are ours alone: callers get them to read, and change them through `put`."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}
        self._threads: dict[tuple[str, str], dict[str, Message]] = {}  # replies by channel and parent

    def put(self, channel: str, message: Message) -> None:
        self._channels.setdefault(channel, {})[message["ts"]] = message
        parent = message.get("thread_ts")
        if parent and parent != message["ts"]:
            self._threads.setdefault((channel, parent), {})[message["ts"]] = message

    def drop(self, channel: str, ts: str) -> None:
        message = self._channels.get(channel, {}).pop(ts, {})
        self._threads.get((channel, str(message.get("thread_ts"))), {}).pop(ts, None)

    def get(self, channel: str, ts: str) -> Message | None:
        return self._channels.get(channel, {}).get(ts)

    def all(self, channel: str) -> list[Message]:
        return list(self._channels.get(channel, {}).values())

    def top(self, channel: str) -> list[Message]:
        """What the channel itself shows: no replies, unless they were sent to the channel, too."""
        return [m for m in self.all(channel) if is_top(m)]

    def thread(self, channel: str, parent: str) -> list[Message]:
        """The parent and its replies, oldest first; empty where there is no such parent."""
        root = self.get(channel, parent)
        return [] if root is None else [root, *self.replies(channel, parent)]

    def replies(self, channel: str, parent: str) -> list[Message]:
        return list(self._threads.get((channel, parent), {}).values())

    def parent_of(self, channel: str, ts: str) -> str:
        """A reply to a reply belongs to the thread's first message."""
        found = self.get(channel, ts)
        return str(found.get("thread_ts") or ts) if found else ts

    def count_replies(self, channel: str, parent: str) -> Message | None:
        """Write into the parent what its thread looks like now; the parent when it is still there."""
        root = self.get(channel, parent)
        if root is None:
            return None
        replies = self.replies(channel, parent)
        for key in ("reply_count", "reply_users", "reply_users_count", "latest_reply"):
            root.pop(key, None)
        if replies:
            users = list(dict.fromkeys(str(r.get("user") or r.get("bot_id")) for r in replies))
            root |= {
                "thread_ts": parent,
                "reply_count": len(replies),
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": replies[-1]["ts"],
            }
        return root

    def __iter__(self) -> Iterator[tuple[str, Message]]:
        return ((channel, m) for channel, found in self._channels.items() for m in found.values())


def is_top(message: Message) -> bool:
    parent = message.get("thread_ts")
    return not parent or parent == message["ts"] or message.get("subtype") == "thread_broadcast"


def without_metadata(message: Message) -> Message:
    return {key: value for key, value in message.items() if key != "metadata"}
