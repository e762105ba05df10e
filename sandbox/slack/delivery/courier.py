"""Sends each payload and keeps its row: events come again when nobody acknowledges, clicks and commands do not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sandbox.slack.core.timing import Timing
from sandbox.slack.delivery.records import Kind, Row, Rows
from sandbox.slack.delivery.transport import Answer, Envelope, Transport


class Courier:
    def __init__(self, transport: Transport, timing: Timing, tell: Callable[[Row], None]) -> None:
        self.transport = transport
        self.rows = Rows(tell)
        self._timing = timing
        self._tasks: set[asyncio.Task[None]] = set()

    def send_event(self, payload: dict[str, Any]) -> Row:
        """On its way in the background, tried up to four times."""
        row = self.rows.open("events_api", payload)
        task = asyncio.get_running_loop().create_task(self._insist(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return row

    async def ask(self, kind: Kind, payload: dict[str, Any]) -> tuple[Row, Answer]:
        """Hand over a click, command or submission once, and wait for the app's word on it."""
        row = self.rows.open(kind, payload)
        answer = await self._attempt(row, Envelope(kind, payload))
        if answer.error:
            row.outcome = "dispatch_failed" if answer.error == "dispatch_failed" else "operation_timeout"
            self.rows.changed(row)
        return row, answer

    async def _insist(self, row: Row) -> None:
        reason, answer = "", Answer()
        for retry, pause in enumerate((0.0, *self._timing.retries)):
            if pause:
                await asyncio.sleep(pause)
            answer = await self._attempt(row, Envelope(row.type, row.payload, retry, reason))
            if not answer.error:
                return
            reason = "timeout" if self.transport.name == "socket" else _http_reason(answer)
            if answer.give_up:
                break
        row.outcome = "dispatch_failed" if answer.error == "dispatch_failed" else "operation_timeout"
        self.rows.changed(row)

    async def _attempt(self, row: Row, envelope: Envelope) -> Answer:
        row.attempts += 1
        row.envelope_ids.append(envelope.id)
        row.transport = self.transport.name
        began = time.monotonic()
        answer = await self.transport.deliver(envelope, self._timing.ack)
        if answer.link:
            row.links.append(answer.link)
        if answer.error:
            row.reason = answer.error
        else:
            row.outcome, row.response = "acked", answer.body
            row.acked_ms = round((time.monotonic() - began) * 1000, 2)
        self.rows.changed(row)
        return answer

    async def quiet(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _http_reason(answer: Answer) -> str:
    return "http_timeout" if answer.error == "operation_timeout" else "http_error"
