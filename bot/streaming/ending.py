"""A stream becomes the answer: it is stopped with the answer's blocks, then edited once, since only an edit gives a message
its whole `text`. Both may be said again, by another process, too: whoever comes second finds the same end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from bot.replies.limits import EDITED_TEXT
from bot.replies.text import cut_bytes
from bot.streaming.steps import above
from bot.telling import SlackAwayError, SlackBusyError, SlackLostError, SlackRefusesError, Telling

log = structlog.get_logger(__name__)

ENDED: Final = "message_not_in_streaming_state"
DELETED: Final = "message_not_found"
Block = dict[str, Any]


async def ended(
    telling: Telling,
    place: Mapping[str, str],
    body: Mapping[str, Any],
    metadata: Mapping[str, Any],
    news: Sequence[Block],
) -> bool:
    """False: people do not see the answer there and will not, so that it must be posted. Raises SlackAwayError."""
    steps, rest = above(body["blocks"])
    stopping: dict[str, Any] = {**place, "blocks": rest}
    stopping |= {key: item for key, item in (("metadata", metadata), ("chunks", list(news))) if item}
    if (no := await _refusal(telling, "chat_stopStream", stopping)) == DELETED:
        return False
    if no not in {"", ENDED}:  # for what comes with it; left alone it would go on as if nothing were answered
        await _refusal(telling, "chat_stopStream", place)
    text = cut_bytes(str(body["text"]), EDITED_TEXT)
    words: dict[str, Any] = {**place, "text": text, "blocks": [*steps, *rest]}
    words |= {"metadata": metadata} if metadata else {}
    refused = await _refusal(telling, "chat_update", words)
    if refused not in {"", DELETED} and steps:  # cards may be taken in streams alone
        refused = await _refusal(telling, "chat_update", {**words, "blocks": rest})
    if refused:
        log.warning("stream_not_edited", stop=no or "taken", update=refused)
    return not refused or (not no and refused != DELETED)


async def _refusal(telling: Telling, method: str, arguments: Mapping[str, Any]) -> str:
    """Why Slack does not do it and never will; empty when it is done. Raises SlackAwayError where it may do it later."""
    try:
        await telling.tell(method, **arguments)
    except (SlackLostError, SlackBusyError):
        raise
    except SlackAwayError as error:
        if isinstance(error, SlackRefusesError) and error.reason != DELETED:
            raise
        return error.reason
    return ""
