"""Answers with a table, kept for a day so that people can turn its pages and take it along as a file.

Kept in the database: whichever process is clicked at finds them, before and after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog

from agents.gate.called import Called
from agents.gate.turn import Turn
from agents.outcomes import Answer, Outcome
from agents.people import Request
from agents.redaction import TurnMemory
from bot.core import Core
from bot.replies.answer import Footer, parts, render
from bot.replies.blocks import Message
from bot.replies.liked import as_liked, evidence_shown
from bot.replies.pages import LEAST, WORDS, Sheet, Shown, cells, message, read_sheet
from bot.replies.text import Outbound
from storage.artifacts import new_artifact_id
from storage.errors import StoreUnavailable

TYPE = "application/x-cloudops-sheet+json"
AGE = timedelta(days=1)
MOST = 1_000  # sheets
EVERY = 100  # sheets kept between two clean-ups
log = structlog.get_logger(__name__)


@dataclass
class Pages:
    core: Core
    out: Outbound
    _since: int = EVERY
    _cleaning: set[asyncio.Task[None]] = field(default_factory=set)

    async def rendered(
        self, outcome: Outcome, request: Request, footer: Footer, least: int = LEAST
    ) -> Message:
        """The message; of an answer with a table of `least` rows its first page, unless the sheet cannot be kept."""
        outcome = as_liked(outcome, request, self.core.policy.policy.scope_for(request.place.channel))
        footer = replace(footer, evidence=evidence_shown(request.own))
        tables = outcome.tables if isinstance(outcome, Answer) else ()
        long = bool(tables) and len(tables[0].rows) >= (1 if tables[0].drawn else least)
        sheet = self._sheet(outcome, request, footer) if isinstance(outcome, Answer) and long else None
        if sheet is None:
            return render(outcome, self.out, footer)
        try:
            key = await self._keep(sheet, request)
        except StoreUnavailable:
            return render(outcome, self.out, footer)
        return message(sheet, key, 0)

    def _sheet(self, answer: Answer, request: Request, footer: Footer) -> Sheet | None:
        """Of tables that tools gave: what a person may see of the rest is judged by those."""
        used = [use for use in answer.tools if use.ok]
        if not used:
            return None
        item, turn = answer.tables[0], turn_of(request)
        columns, rows = cells(item, self.out)
        text, above, below = parts(answer, self.out, footer)
        looking = self.core.gate.looking
        calls = tuple(
            Shown(use.name, self._clean_args(use.args), looking.reach(turn, use.name, use.args))
            for use in used
        )
        return Sheet(
            channel=request.place.channel,
            caption=self.out.mrkdwn(item.caption, 200),
            columns=columns,
            rows=rows,
            total=max(item.total, len(item.rows)),
            at=self.core.clock.now().isoformat(),
            words=self.out.plain(" ".join(request.text.split()), WORDS),
            calls=calls,
            text=text,
            above=above,
            below=below,
            drawn=item.drawn,
        )

    def _clean_args(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept has passed redaction; names of places do so unchanged."""
        return {
            name: self.out.clean(value) if isinstance(value, str) else value for name, value in args.items()
        }

    async def _keep(self, sheet: Sheet, request: Request) -> str:
        """Its key. Raises StoreUnavailable."""
        key, artifacts = new_artifact_id(), self.core.db.artifacts
        await self.core.db.write_whole(
            lambda tx: artifacts.put(
                tx,
                artifact_id=key,
                title=sheet.caption,
                content_type=TYPE,
                text=sheet.written(),
                owner=request.actor.id,
                correlation=request.correlation,
            )
        )
        self._since += 1
        if self._since > EVERY:
            self._since = 0
            task = asyncio.create_task(self._clean())
            self._cleaning.add(task)
            task.add_done_callback(self._cleaning.discard)
        return key

    async def _clean(self) -> None:
        before, artifacts = self.core.clock.now() - AGE, self.core.db.artifacts
        try:
            await self.core.db.write_whole(lambda tx: artifacts.keep_newest(tx, TYPE, MOST, before))
        except StoreUnavailable:
            log.info("sheets_not_cleaned")

    async def find(self, key: str, request: Request) -> Sheet | None:
        """The sheet of that key in this very channel; None when it is gone or too old. Raises StoreUnavailable."""
        row = await self.core.db.read_whole(lambda tx: self.core.db.artifacts.get(tx, key))
        if row is None or row.content_type != TYPE or row.workspace != request.place.workspace:
            return None
        if row.created_at < self.core.clock.now() - AGE:
            return None
        try:
            sheet = read_sheet(row.text)
        except ValueError:
            return None
        return sheet if sheet.channel == request.place.channel else None

    async def refused(self, sheet: Sheet, request: Request) -> Called | None:
        """What whoever clicks may not see now of what the sheet shows; on record either way.

        Raises StoreUnavailable, SpoolFull.
        """
        turn, looking = turn_of(request), self.core.gate.looking
        for call in sheet.calls:
            if (no := await looking.refused(turn, call.tool, call.args)) is not None:
                return no
            if not call.reach or looking.reach(turn, call.tool, call.args) != call.reach:
                return Called(False, "ask", call.tool, call.args, error=OTHER_RIGHTS)
        return None


OTHER_RIGHTS = (
    "This was read with other rights than yours are here and now. Ask the same yourself to see what you may."
)


def turn_of(request: Request) -> Turn:
    return Turn.start(request, now=asyncio.get_running_loop().time(), memory=TurnMemory())
