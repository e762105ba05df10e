"""What people said no to in a thread is not proposed there again, unless a person orders it anew in words.

The person who said no gave a reason for people to read. It is theirs, not ours: it stands on the card of a later plan,
and a model reads it as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.changes.ledger import CANCELLED, REJECTED, Ledger
from agents.changes.outcome import outcome_of
from agents.changes.seal import NotSealed, open_plan
from agents.changes.wish import Wish
from agents.people import Place
from agents.policy import Decision
from storage.plans import PlanRow
from tools.plan import Draft

SAID_NO = frozenset({REJECTED, CANCELLED})
# The same target may be called by other names: what the target says is not asked of the arguments, too.
NAMES_OF_IT = frozenset(
    {"service", "name", "resource", "kind", "namespace", "cluster", "compartment", "region"}
)
UNDO = "undo"


@dataclass(frozen=True, slots=True)
class No:
    """Who ended the same proposal in this thread, when, and the reason that they gave."""

    plan: str
    by: str
    word: str
    why: str
    at: datetime

    def stands(self, wish: Wish) -> bool:
        """Whether nobody has ordered it since: the message was sent before, or holds no such order."""
        turn = wish.turn
        ordered = UNDO if wish.undo_of else wish.action.name
        return turn.request.at < self.at or (turn.orders is not None and ordered not in turn.orders)

    @property
    def decision(self) -> Decision:
        text = f"{self._said}. It is proposed again only when a person orders it anew, plainly and in a message of its own"
        return Decision(False, "turned-down", text)

    @property
    def warning(self) -> str:
        """For the card of the same proposal, ordered anew: whoever approves it knows."""
        return f"{self._said}: {self.why}" if self.why else f"{self._said}, without a reason"

    @property
    def _said(self) -> str:
        return f"{self.by} {self.word} the same proposal in this thread at {self.at:%H:%M} UTC ({self.plan})"


async def turned_down(ledger: Ledger, wish: Wish, draft: Draft) -> No | None:
    """The newest no to the same action on the same target with the same arguments in this thread."""
    place = wish.turn.request.place
    if not place.thread:
        return None
    async with ledger.db.read() as tx:
        rows = await ledger.db.plans.for_target(tx, str(draft.target), SAID_NO)
    same = [row for row in rows if _here(row, place) and _same(row, wish, draft)]
    newest = max(same, key=lambda row: row.decided_at or row.created_at, default=None)
    return None if newest is None else _no(newest)


def _no(row: PlanRow) -> No:
    outcome = outcome_of(row)
    by = outcome.ended_by or "somebody"
    return No(row.id, by, row.state.value, outcome.why, row.decided_at or row.created_at)


def _here(row: PlanRow, place: Place) -> bool:
    """A plan from a command has no thread: what is said under its card is."""
    thread = row.thread or row.card_ts
    return (row.workspace, row.channel, thread) == (place.workspace, place.channel, place.thread)


def _same(row: PlanRow, wish: Wish, draft: Draft) -> bool:
    if row.action != wish.action.name or bool(row.undo_of) != bool(wish.undo_of):
        return False
    try:
        old = open_plan(row).draft
    except NotSealed:
        return False
    return _chosen(old.args) == _chosen(draft.args) or bool(draft.changes and old.changes == draft.changes)


def _chosen(args: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in args.items() if key not in NAMES_OF_IT and value is not None}
