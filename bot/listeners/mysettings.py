"""The form of `settings me`: opens at once, fills when the row is read, is looked through before Slack closes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.core import Core
from bot.directory import Directory
from bot.envelope import filled_in, text_of
from bot.intake import Admitted
from bot.listeners.windows import View, Windows
from bot.mine import NAMES, Mine, checked
from bot.replies.mysettings import MY_SETTINGS_VIEW, TITLE, form

EMPTY = {name: "" for name in NAMES if name not in {"language", "verbosity"}}


@dataclass
class MySettings:
    core: Core
    windows: Windows
    directory: Directory

    @property
    def mine(self) -> Mine:
        return Mine(self.core.db, self.core.trail, self.core.clock)

    async def __call__(self, work: Admitted) -> bool:
        """False: no window says it."""
        filled = partial(self._filled, work)
        return await self.windows.show(work, TITLE, "Reading what you set…", filled) is None

    async def _filled(self, work: Admitted) -> View:
        row = await self.mine.of(work.actor, work.place.workspace)
        profile = await self.directory.person(work.actor.user, work.actor.team)
        return form(row, profile.zone)

    async def submitted(self, work: Admitted) -> None:
        """What is left empty is taken back. It was looked through before; what does not pass any more stays as it was."""
        columns, _ = checked(EMPTY | _known(dict(work.payload.get("filled") or {})))
        await self.mine.change(work.request, columns)


def unfit(body: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a form that was sent, by block: Slack keeps it open and shows it there."""
    if text_of(body, "type") != "view_submission" or text_of(body, "view", "callback_id") != MY_SETTINGS_VIEW:
        return {}
    return checked(_known(filled_in(body)))[1]


def _known(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in NAMES}
