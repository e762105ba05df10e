"""How a series may go on: level, trend and season where they foretold its own past best, with the interval of the errors made there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tools.statistics.robust import TooLittle, Values, known, quantile
from tools.statistics.seasons import Season, season
from tools.statistics.trends import NEED, trend

LEAST = 36  # values
ORIGINS = 12  # places of the past from which it is tried
SURE = 0.9  # part of the tries whose truth lay in the interval
BETTER = 0.95  # another method is taken where its error is at most this part of the repetition's

Method = Callable[[Values, Season, int], list[float]]


@dataclass(frozen=True, slots=True)
class Step:
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`steps` follow the last value. `error` is the middle error that `method` made on the past over such a horizon, `plain` that of mere repetition."""

    steps: tuple[Step, ...]
    method: str
    season: Season
    error: float
    plain: float
    tries: int

    def crosses(self, limit: float, *, above: bool = True) -> tuple[int | None, int | None]:
        """At which step, from 1, the limit is likely crossed, and at which it may be at the earliest."""
        likely = (
            n for n, one in enumerate(self.steps, 1) if (one.value >= limit if above else one.value <= limit)
        )
        early = (
            n for n, one in enumerate(self.steps, 1) if (one.high >= limit if above else one.low <= limit)
        )
        return next(likely, None), next(early, None)


def forecast(values: Values, horizon: int, lengths: Sequence[int] = ()) -> Forecast:
    """`horizon` steps on. It takes three times as much past as future. Raises TooLittle."""
    need = max(LEAST, 3 * horizon)
    if len(known(values)) < need:
        raise TooLittle(f"a forecast of {horizon} steps", len(known(values)), need)
    errors = {name: _errors(values, horizon, lengths, method) for name, method in METHODS.items()}
    middle = {name: _middle(found) for name, found in errors.items()}
    plain = middle[PLAIN]
    best = min(middle, key=lambda name: middle[name])
    name = best if middle[best] <= BETTER * plain else PLAIN
    found = season(values, lengths)
    course = METHODS[name](values, found, horizon)
    widths = _widths(errors[name], horizon)
    steps = tuple(
        Step(value, value - width, value + width) for value, width in zip(course, widths, strict=True)
    )
    return Forecast(steps, name, found, middle[name], plain, len(errors[name]))


def _again(values: Values, found: Season, horizon: int) -> list[float]:
    """The last cycle once more; without a season the last value."""
    held = [(at, one) for at, one in enumerate(values) if one is not None]
    last = {at % found.length: one for at, one in held}
    otherwise = held[-1][1]
    return [last.get((len(values) + n) % found.length, otherwise) for n in range(horizon)]


def _level(values: Values, found: Season, horizon: int) -> list[float]:
    """Where it was lately, with its season."""
    level = median(known(found.without(values))[-max(found.length, NEED) :])
    return [level + found.at(len(values) + n) for n in range(horizon)]


def _going_on(values: Values, found: Season, horizon: int) -> list[float]:
    """The same, rising or falling as before."""
    flat = found.without(values)
    slope = trend(flat).slope
    last = [
        one - slope * (at - len(values) + 1)
        for at, one in enumerate(flat)
        if one is not None and at >= len(values) - max(found.length, NEED)
    ] or known(flat)[-NEED:]
    level = median(last)
    return [level + slope * (n + 1) + found.at(len(values) + n) for n in range(horizon)]


PLAIN = "repetition"
METHODS: dict[str, Method] = {PLAIN: _again, "level": _level, "trend": _going_on}


def _errors(values: Values, horizon: int, lengths: Sequence[int], method: Method) -> list[list[float | None]]:
    """By try, by step: how far off it was. Each is made with what was known then alone."""
    last = len(values) - horizon
    first = max(NEED, last // 2)
    every = max(1, (last - first) // ORIGINS)
    tries = []
    for origin in range(last, first - 1, -every):
        past = values[:origin]
        if len(known(past)) < NEED:
            continue
        said = method(past, season(past, lengths), horizon)
        tries.append(
            [
                None if truth is None else abs(one - truth)
                for one, truth in zip(said, values[origin:], strict=False)
            ]
        )
    return tries


def _middle(tries: Sequence[Sequence[float | None]]) -> float:
    every = [one for row in tries for one in row if one is not None]
    return median(every) if every else float("inf")


def _widths(tries: Sequence[Sequence[float | None]], horizon: int) -> list[float]:
    """Of each step: the errors of it and of those around it; farther on it never gets narrower."""
    around = max(1, horizon // 8)
    widths: list[float] = []
    for n in range(horizon):
        near = sorted(
            one for row in tries for one in row[max(0, n - around) : n + around + 1] if one is not None
        )
        width = quantile(near, SURE) if near else 0.0
        widths.append(max(width, widths[-1] if widths else 0.0))
    return widths
