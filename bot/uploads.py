"""Files that the bot hands out: into the thread that everybody reads, or to one person where only they read."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_sdk.errors import SlackRequestError

from bot.telling import SlackAwayError, Telling

PAGE, PAGES = 200, 25


@dataclass
class Uploads:
    """Three calls of Slack's for one file; a file that is half there is seen by nobody."""

    telling: Telling
    _private: dict[str, str] = field(default_factory=dict)

    async def to_thread(
        self, channel: str, thread: str, name: str, content: bytes, words: str, *, alt: str = ""
    ) -> None:
        """`alt` says what a picture shows. Raises SlackAwayError when Slack does not take it."""
        extra = ({"thread_ts": thread} if thread else {}) | ({"alt_txt": alt} if alt else {})
        try:
            await self.telling.once(
                "files_upload_v2",
                filename=name,
                title=name,
                content=content,
                channel=channel,
                initial_comment=words,
                **extra,
            )
        except SlackRequestError as error:
            raise SlackAwayError("files_upload_v2: the bytes were not taken") from error

    async def once(self, channel: str, thread: str, name: str, content: bytes, words: str) -> None:
        """As `to_thread`, and not again where the thread has a file of that name: whoever began may have died after it."""
        if not await self._there(channel, thread, name):
            await self.to_thread(channel, thread, name, content, words)

    async def _there(self, channel: str, thread: str, name: str) -> bool:
        cursor = ""
        for _ in range(PAGES):
            found = await self.telling.ask(
                "conversations_replies", channel=channel, ts=thread, limit=PAGE, cursor=cursor
            )
            files = (one for message in found.get("messages") or () for one in message.get("files") or ())
            if any(one.get("name") == name for one in files):
                return True
            cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return False
        raise SlackAwayError("conversations_replies: too much was said to look through")

    async def to_person(self, user: str, name: str, content: bytes, words: str, *, alt: str = "") -> None:
        """As `to_thread`, in the conversation with that person alone."""
        channel = self._private.get(user)
        if channel is None:
            opened = await self.telling.ask("conversations_open", users=user)
            channel = self._private[user] = str(opened["channel"]["id"])
        await self.to_thread(channel, "", name, content, words, alt=alt)
