"""The steps of one answer: what is sent about them while it is made, and the block that stays above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.replies.limits import TASK_TITLE
from bot.replies.text import Outbound, cut

Status = Literal["in_progress", "complete", "error"]
MOST: Final = 40  # cards; what comes after them is worked on and not shown
TOLD_S: Final = 10.0  # a step that takes longer says how long it has been
BLOCK_ID: Final = "steps"


@dataclass
class Step:
    id: str
    words: str
    title: str
    since: float
    status: Status = "in_progress"

    def shown(self, now: float) -> str:
        """Slack replaces a card's title and adds to its details, so that how long it has been stands in the title."""
        seconds = now - self.since
        if self.status != "in_progress" or seconds < TOLD_S:
            return self.title
        return cut(self.title, TASK_TITLE - 12) + f" ({seconds:.0f} s)"


@dataclass
class Steps:
    """`mark` begins each card's id: by it a message is known again whose name nobody came to write down."""

    mark: str
    out: Outbound
    _all: list[Step] = field(default_factory=list)
    _changed: dict[str, Step] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._all)

    def begin(self, words: str, now: float) -> None:
        if len(self._all) < MOST:
            step = Step(f"{self.mark}:{len(self._all) + 1}", words, title_of(words, self.out), now)
            self._all.append(step)
            self._changed[step.id] = step

    def end(self, words: str, *, well: bool) -> None:
        step = next((one for one in self._going() if one.words == words), None)
        if step is not None:
            self._settle(step, well=well)

    def end_all(self, *, well: bool) -> None:
        for step in self._going():
            self._settle(step, well=well)

    def beat(self) -> None:
        """What goes on is said again, so that nobody takes it for dead."""
        self._changed |= {step.id: step for step in self._going()[-1:]}

    def unsaid(self, chunks: Sequence[Mapping[str, Any]]) -> None:
        """Slack did not take what was said last."""
        lost = {str(chunk["id"]) for chunk in chunks}
        self._changed |= {step.id: step for step in self._all if step.id in lost}

    def news(self, now: float) -> list[dict[str, Any]]:
        """What changed since it was asked for last, as chunks of a stream."""
        changed, self._changed = self._changed, {}
        return [
            {"type": "task_update", "id": s.id, "title": s.shown(now), "status": s.status}
            for s in changed.values()
        ]

    def block(self, now: float) -> dict[str, Any]:
        tasks = [
            {"type": "task_card", "task_id": s.id, "title": s.shown(now), "status": s.status}
            for s in self._all
        ]
        return {"type": "plan", "block_id": BLOCK_ID, "title": self.headline(), "tasks": tasks}

    def headline(self) -> str:
        going = self._going()
        count = f"{len(self._all)} step" + ("" if len(self._all) == 1 else "s")
        if going:
            return f"Working on it: {count} so far"
        failed = sum(step.status == "error" for step in self._all)
        return f"{count}, {failed} without success" if failed else f"{count} done"

    def _going(self) -> list[Step]:
        return [step for step in self._all if step.status == "in_progress"]

    def _settle(self, step: Step, *, well: bool) -> None:
        step.status = "complete" if well else "error"
        self._changed[step.id] = step


def title_of(words: str, out: Outbound) -> str:
    """`is reading logs of cart…`, as the status line says it behind the bot's name, as a line of its own."""
    bare = out.plain(words.removeprefix("is ").removesuffix("…").strip(), TASK_TITLE) or "Working"
    return bare[0].upper() + bare[1:]


def above(blocks: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The block of the steps, if it stands there, and the rest."""
    ours = bool(blocks) and blocks[0].get("block_id") == BLOCK_ID
    return (blocks[:1], blocks[1:]) if ours else ([], blocks)
