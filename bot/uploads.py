"""Files that the bot hands out: into the thread that everybody reads, or to one person where only they read."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_sdk.errors import SlackRequestError

from bot.telling import SlackAwayError, Telling


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

    async def to_person(self, user: str, name: str, content: bytes, words: str, *, alt: str = "") -> None:
        """As `to_thread`, in the conversation with that person alone."""
        channel = self._private.get(user)
        if channel is None:
            opened = await self.telling.ask("conversations_open", users=user)
            channel = self._private[user] = str(opened["channel"]["id"])
        await self.to_thread(channel, "", name, content, words, alt=alt)
