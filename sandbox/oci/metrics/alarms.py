"""Whether an alarm fires, since when, and how that went lately: its query, evaluated over its own past."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.evaluate import Dimensions, Grid, evaluate
from sandbox.oci.metrics.mql import Tree, decides, read
from sandbox.oci.metrics.series import MINUTE, Series
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import DAY, HOUR, epoch

STEP_S: Final = 5.0 * MINUTE
LOOK_BACK_S: Final = DAY
FURTHER_S: Final = 14 * DAY
_DELAY: Final = re.compile(r"PT(\d+)([MH])")


@dataclass(frozen=True)
class State:
    """`since` is when that began, as far back as anybody looks."""

    firing: bool
    since: float
    dimensions: Dimensions


BASE: Final = "BASE"


@dataclass(frozen=True)
class Watch:
    """An alarm with the series that it watches, by its own rule or by that of `override`."""

    alarm: Record
    series: list[Series]
    override: Json = field(default_factory=dict)

    @property
    def rules(self) -> list[Watch]:
        """Its overrides in order, its own rule last, as they are evaluated."""
        overrides = self.alarm.body.get("overrides") or []
        return [*(Watch(self.alarm, self.series, one) for one in overrides), self]

    def told(self, key: str) -> str:
        """A field of the rule; of an override where it has one."""
        return str(self.override.get(key) or self.alarm.body.get(key) or "")

    @property
    def name(self) -> str:
        return str(self.override.get("ruleName") or BASE)

    @property
    def delay(self) -> float:
        found = _DELAY.fullmatch(self.told("pendingDuration") or "PT1M")
        if found is None:
            raise bad_parameter(f"{self.alarm.name}: pendingDuration is PT1M to PT1H")
        return int(found[1]) * (MINUTE if found[2] == "M" else HOUR)

    def suspended(self, now: float) -> bool:
        one = self.alarm.body.get("suppression")
        if not one:
            return False
        return epoch(one["timeSuppressFrom"]) <= now < epoch(one["timeSuppressUntil"])

    def states(self, now: float) -> list[State]:
        """One of each stream that the query gives."""
        tree = self._tree()
        last = now // MINUTE * MINUTE
        recent = evaluate(tree, self.series, Grid.between(last - self.delay, last, MINUTE))
        firing = {one.dimensions: all(one.values.values()) for one in recent if len(one.values) > 1}
        return [State(on, self._since(tree, key, now, on=on), key) for key, on in firing.items()]

    def transitions(self, start: float, end: float) -> list[tuple[float, bool]]:
        """When any stream began to fire and when the last one ended, in order."""
        found: dict[float, bool] = {}
        for one in evaluate(self._tree(), self.series, Grid.between(start, end, STEP_S)):
            for at, value in one.values.items():
                found[at] = found.get(at, False) or bool(value)
        ordered = sorted(found.items())
        changes, was = [], bool(ordered) and ordered[0][1] and self._was(start)
        for at, on in ordered:
            if on != was:
                changes.append((at, on))
            was = on
        return changes

    def _was(self, start: float) -> bool:
        """Whether it fired just before: then it did not begin to."""
        before = evaluate(self._tree(), self.series, Grid.between(start - STEP_S, start - 1, STEP_S))
        return any(value for one in before for value in one.values.values())

    def _tree(self) -> Tree:
        tree = read(self.told("query"))
        if not decides(tree):
            raise bad_parameter(f"The query of {self.alarm.name} compares nothing")
        return tree

    def _since(self, tree: Tree, key: Dimensions, now: float, *, on: bool) -> float:
        """Back in small steps for a day, then in hours; the first moment that was otherwise ends it."""
        found = now // STEP_S * STEP_S
        for far, step in ((LOOK_BACK_S, STEP_S), (FURTHER_S, HOUR)):
            grid = Grid.between(now - far, found, step)
            streams = [one for one in evaluate(tree, self.series, grid) if one.dimensions == key]
            values = sorted(streams[0].values.items(), reverse=True) if streams else []
            other = next((at for at, value in values if bool(value) != on), None)
            if other is not None:
                return other + step
            found = values[-1][0] if values else found
        return found
