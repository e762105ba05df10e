"""Every window opens at once and is filled later: nothing is read, judged or recorded before it is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agents.outcomes import Failure, Outcome
from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.text import Outbound
from bot.replies.windows import opening, told
from storage.errors import StoreUnavailable

View = dict[str, Any]
Fill = Callable[[], Awaitable[View | Outcome]]
NOTHING = "Nothing was changed."
NOT_OPENED = "The window could not be opened in time."
UNREAD = "It could not be read just now."
UNFILLED = "The window could not be filled."
CLOSED = "not_found"  # what Slack calls a window that its person closed


@dataclass
class Windows:
    outgoing: Outgoing
    out: Outbound

    async def show(self, work: Admitted, title: str, doing: str, fill: Fill) -> Outcome | None:
        """None: the window says it. Otherwise what the person is to be told beside it."""
        window = await self.open(work, title, doing)
        if not window:
            return Failure(NOT_OPENED, NOTHING, "Click once more.", work.row_id)
        return await self.fill(work, window, title, fill)

    async def open(self, work: Admitted, title: str, doing: str) -> str:
        """The id under which it is filled; empty where Slack opened none."""
        return await self.outgoing.open_window(str(work.payload.get("trigger_id", "")), opening(title, doing))

    async def fill(self, work: Admitted, window: str, title: str, fill: Fill) -> Outcome | None:
        """`fill` reads, with the rights of that moment. What its window cannot show is returned, to be told."""
        try:
            found = await fill()
        except StoreUnavailable:
            found = Failure(UNREAD, NOTHING, "Close this and click again in a minute.", work.row_id)
        said = None if isinstance(found, dict) else found
        view = found if isinstance(found, dict) else told(title, self._message(work, found))
        why = await self.outgoing.fill_window(window, view)
        if said is None and why not in {"", CLOSED}:
            return Failure(UNFILLED, NOTHING, "Close it and click once more.", work.row_id)
        return said if why else None

    def _message(self, work: Admitted, outcome: Outcome) -> Message:
        return render(outcome, self.out, Footer(request=work.row_id, correlation=work.request.correlation))
