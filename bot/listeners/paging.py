"""Buttons under a table: the next page in place, all of it as a file, or a picture. Who may is judged by the clicker's rights, now."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import structlog

from agents.gate.called import Called
from agents.gate.spool import SpoolFull
from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from bot.commands.context import NOTHING
from bot.core import Core
from bot.intake import Admitted
from bot.pages import Pages
from bot.replies.answer import Footer, render
from bot.replies.csvfile import csv_of, name_of
from bot.replies.pages import AS_CSV, AS_PICTURE, Sheet, meant, message
from bot.replies.text import Outbound, duration, moment
from bot.responding import Responding
from bot.telling import SlackAwayError
from bot.uploads import Uploads
from storage.errors import StoreUnavailable

REMEMBERED = 500  # files handed out, so that a second click makes no second one
GONE = "This list is no longer kept: a list is for a day. Nothing of it can be shown from here."
log = structlog.get_logger(__name__)


FILES: Final = {AS_CSV: "file", AS_PICTURE: "picture"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file to hand out; `words` are for mrkdwn, `alt` is what a picture shows."""

    name: str
    content: bytes
    words: str
    alt: str = ""


@dataclass
class Paging:
    core: Core
    pages: Pages
    responding: Responding
    uploads: Uploads
    out: Outbound
    _handed: OrderedDict[str, None] = field(default_factory=OrderedDict)

    async def __call__(self, work: Admitted) -> None:
        key, page, words = meant(str(work.payload.get("value", "")))
        try:
            sheet = await self.pages.find(key, work.request)
            no = await self.pages.refused(sheet, work.request) if sheet is not None else None
        except (StoreUnavailable, SpoolFull):
            await self._tell(
                work, Failure("The list cannot be read.", NOTHING, "Click again in a minute.", work.row_id)
            )
            return
        if sheet is None:
            await self._tell(work, _gone(words))
        elif no is not None:
            await self._tell(work, _refusal(no, work, sheet))
        elif str(work.payload.get("action_id")) in FILES:
            await self._hand_out(work, key, sheet)
        else:
            await self._turn(work, key, sheet, page)

    async def _turn(self, work: Admitted, key: str, sheet: Sheet, page: int) -> None:
        """The page is in the button: a second click on it shows the same page."""
        age = duration((self.core.clock.now() - sheet.read_at).total_seconds())
        if not await self.responding.replace(work, message(sheet, key, page, age)):
            await self._tell(
                work,
                Failure(
                    "The page could not be shown here.", NOTHING, "Click again, or ask anew.", work.row_id
                ),
            )

    async def _hand_out(self, work: Admitted, key: str, sheet: Sheet) -> None:
        """Where everybody reads the list, into its thread; where one person does, to them alone."""
        private, form = bool(work.payload.get("private")), str(work.payload["action_id"])
        place = f"{form} {key} {work.actor.user if private else work.place.key}"
        if place in self._handed:
            where = "in your direct messages with me" if private else "in this thread"
            await self._tell(
                work, Answer(f"The {FILES[form]} of this list is {where} already.", model="no model")
            )
            return
        self._handed[place] = None
        while len(self._handed) > REMEMBERED:
            self._handed.popitem(last=False)
        try:
            await self._upload(work, sheet, await _made(form, sheet), private=private)
        except SlackAwayError as error:
            log.warning("file_not_taken", reason=str(error))
            del self._handed[place]
            failure = Failure(
                f"Slack did not take the {FILES[form]}.", NOTHING, "Click again in a minute.", work.row_id
            )
            await self._tell(work, failure)
            return
        if private:
            await self._tell(
                work, Answer(f"The {FILES[form]} is in your direct messages with me.", model="no model")
            )

    async def _upload(self, work: Admitted, sheet: Sheet, made: Made, *, private: bool) -> None:
        words = f"{made.words} As read {moment(sheet.read_at)}."
        if private:
            await self.uploads.to_person(work.actor.user, made.name, made.content, words, alt=made.alt)
        else:
            await self.uploads.to_thread(work.place.channel, work.place.thread, made.name, made.content, words, alt=made.alt)  # fmt: skip

    async def _tell(self, work: Admitted, outcome: Outcome) -> None:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.responding.whisper(work, render(outcome, self.out, footer))


async def _made(form: str, sheet: Sheet) -> Made:
    """The file, drawn beside the event loop. What the sheet holds was judged and redacted when it was read."""
    if form == AS_CSV:
        rows = f"{sheet.kept}; these are in the file" if sheet.kept else f"{len(sheet.rows):,} rows"
        return Made(name_of(sheet), csv_of(sheet), f"{sheet.caption} as CSV: {rows}.")
    from bot.replies.graph.picture import (
        picture_of,
        told,
    )  # its library is loaded when somebody wants a picture

    drawn = await asyncio.to_thread(picture_of, sheet)
    return Made(name_of(sheet, "png"), drawn.png, told(drawn, sheet), drawn.alt)


def _gone(words: str) -> Question:
    return Question(f"{GONE} Ask again?" if words else GONE, (words,) if words else ())


def _refusal(no: Called, work: Admitted, sheet: Sheet) -> Outcome:
    if no.kind == "ask":
        return Question(no.error, (sheet.words,) if sheet.words else ())
    reference = f"audit:{no.audit}" if no.audit else work.row_id
    return Refusal(no.error[:1].upper() + no.error[1:], no.who_may, reference)
