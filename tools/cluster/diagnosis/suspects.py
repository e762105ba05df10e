"""Which revisions can have caused a fault: the newest, and earlier ones whose change is still in force.

A rollout that came while the metric was beyond its limit did not cause that; nor did one that only went back to the
template under which it was beyond its limit before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from tools.cluster.revisions import Revision, alike, is_restart
from tools.cluster.templates import differences
from tools.metrics.signals import Signal
from tools.spec import Json

FRESH = timedelta(hours=24)
EARLIER = timedelta(hours=3)  # before the newest: what is older shows in the metrics only coarsely


@dataclass(frozen=True, slots=True)
class Suspect:
    """`new` with those of its changes that are in force; `boundaries` are when the fault must not have been there yet."""

    new: Revision
    old: Revision
    boundaries: tuple[datetime, ...]
    replicasets: tuple[Json, ...]
    newest: bool

    def fresh(self, signal: Signal) -> bool:
        return all(signal.fresh(at) for at in self.boundaries)


def suspects(history: tuple[Revision, ...], now: datetime) -> tuple[Suspect, ...]:
    """Newest first."""
    if len(history) < 2:
        return ()
    last = len(history) - 1
    recent = [at for at in range(1, last) if history[last].at - history[at].at <= EARLIER]
    earlier = [found for at in reversed(recent) if (found := _in_force(history, at)) is not None]
    newest = _suspect(history, last, _boundaries(history) if earlier else (history[last].at,))
    every = [newest, *earlier] if _changes(history[last]) else earlier
    return tuple(s for s in every if now - s.new.at <= FRESH)


def _changes(revision: Revision) -> bool:
    return bool(revision.changes) and not is_restart(revision.changes)


def _suspect(history: tuple[Revision, ...], at: int, boundaries: tuple[datetime, ...]) -> Suspect:
    sets = tuple(r.replicaset for r in history[at:] if r.latest)
    return Suspect(history[at], history[at - 1], boundaries, sets, at == len(history) - 1)


def _in_force(history: tuple[Revision, ...], at: int) -> Suspect | None:
    """An earlier revision with the changes that no later one touched."""
    revision = history[at]
    touched = {c.path for later in history[at + 1 :] for c in differences(revision.template, later.template)}
    kept = tuple(c for c in revision.changes if c.path not in touched)
    if not kept or is_restart(kept):
        return None
    found = _suspect(history, at, (revision.at,))
    return replace(found, new=replace(revision, changes=kept))


def _boundaries(history: tuple[Revision, ...]) -> tuple[datetime, ...]:
    """Of the newest: its start, and where it is a template that came back, the moment at which that was left."""
    newest = history[-1]
    left = [after.at for earlier, after in pairwise(history[:-1]) if alike(earlier.template, newest.template)]
    return (*left[-1:], newest.at)
