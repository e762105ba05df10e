"""The bot as its own process, wired as always, that dies by SIGKILL at a named point of a message once it is told to.

`python -m tests.chaos.bot_victim FILE`: when FILE holds the name of a point, the first message to pass that point is the
process's last. The product has no branch for this: its methods are wrapped here, in this process alone.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient

from agents.conversation.memory import Memory
from agents.gate.records import Records
from agents.models.chain import Chain
from bot.cli.main import main
from bot.intake import Admitted, Intake
from bot.outgoing import Outgoing
from bot.streaming.stream import Pace, Stream, Where
from bot.streaming.streams import Streams
from bot.telling import Telling
from bot.turns import Turns
from storage.inbox import Inbox
from storage.outbox import Outbox

POINTS = (
    "before_inbox_row",
    "after_inbox_row",
    "after_ack",
    "work_started",
    "after_model_call",
    "after_decision_row",
    "after_result_row",
    "before_checkpoint",
    "after_checkpoint",
    "after_outbox_row",
    "after_post",
)
OF_A_STREAM = {
    "after_stream_start": "chat_startStream",
    "after_stream_stop": "chat_stopStream",
    "after_stream_edit": "chat_update",
}  # the calls after which it dies, where answers are streamed
BEFORE_THE_ACK = frozenset({"before_inbox_row", "after_inbox_row"})
FILE = Path()
Seen = Callable[[Any, tuple[Any, ...], dict[str, Any]], bool]


def passing(point: str) -> None:
    """The end, when this is the point; the order is taken away first, so that the next process lives."""
    with suppress(FileNotFoundError):  # no order, or another process took it
        if FILE.read_text() == point:
            FILE.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def always(result: Any, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
    del result, args, named
    return True


def before(owner: type, method: str, point: str, when: Seen = always) -> None:
    """`when` is asked without a result."""
    whole = getattr(owner, method)

    @functools.wraps(whole)
    async def dying(*args: Any, **named: Any) -> Any:
        if when(None, args, named):
            passing(point)
        return await whole(*args, **named)

    setattr(owner, method, dying)


def after(owner: type, method: str, point: str, when: Seen = always) -> None:
    whole = getattr(owner, method)

    @functools.wraps(whole)
    async def dying(*args: Any, **named: Any) -> Any:
        result = await whole(*args, **named)
        if when(result, args, named):
            passing(point)
        return result

    setattr(owner, method, dying)


def arm() -> None:
    """The points in the order in which a message passes them."""
    admitted: list[bool] = []

    def is_work(result: Any, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
        del args, named
        if isinstance(result, Admitted) and FILE.exists():
            admitted.append(True)
        return isinstance(result, Admitted)

    before(Inbox, "admit", "before_inbox_row")
    after(Intake, "admit", "after_inbox_row", is_work)
    after(SocketModeClient, "send_socket_mode_response", "after_ack", lambda *_: bool(admitted))
    before(Turns, "_run", "work_started")
    after(Chain, "_try", "after_model_call")
    after(Records, "decision", "after_decision_row")
    after(Records, "result", "after_result_row")
    before(Memory, "keep_turn", "before_checkpoint")
    after(Memory, "keep_turn", "after_checkpoint")
    before(Outgoing, "_taken", "after_outbox_row", lambda _, __, named: bool(named["fresh"]))
    after(Telling, "ask", "after_post", lambda _, args, __: args[1] == "chat_postMessage")
    after(Outbox, "plan", "after_stream_row", lambda _, __, named: named["kind"] == "stream")
    for point, method in OF_A_STREAM.items():
        after(Telling, "ask", point, lambda _, args, __, method=method: args[1] == method)
    at_once()


def at_once() -> None:
    """Streams are shown with their first step, where they are on."""
    whole = Streams.begin

    @functools.wraps(whole)
    def begin(self: Streams, key: str, where: Where) -> Stream:
        self.pace = Pace(after_s=0.0)
        return whole(self, key, where)

    Streams.begin = begin


if __name__ == "__main__":
    FILE = Path(sys.argv[1])
    arm()
    sys.exit(main(["run"]))
