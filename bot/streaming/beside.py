"""Streams beside what is posted at once."""

from __future__ import annotations

from functools import partial

from bot.outgoing import Outgoing
from bot.replies.text import Outbound
from bot.streaming.ability import Ability
from bot.streaming.streams import Streams
from bot.telling import Telling


def streams_of(outgoing: Outgoing, out: Outbound, *, on: bool = True) -> Streams:
    """Answers that `outgoing` posts become the end of a stream where one was begun for them. Without `on` none is begun;
    what was before is ended all the same.
    """
    telling = Telling(outgoing.client, outgoing.lease)
    hush = partial(outgoing.settled, answered=True)
    streams = Streams(telling, outgoing.db, outgoing.workspace, out, outgoing.find, hush, Ability(on))
    outgoing.streams = streams
    return streams
