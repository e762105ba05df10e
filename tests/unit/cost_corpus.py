"""Series of daily costs with what happened in them written down: made here, knowing nothing of how they are looked at."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 428
CALM = 63  # nothing happens before
MONTH = 30  # a step's money is counted for so long
SEEN = 0.25  # a slow rise is there from this part of a usual day on


@dataclass(frozen=True, slots=True)
class Label:
    """`visible` is the first day on which it can be asked for, `money` what it cost beyond the usual."""

    kind: str
    start: int
    visible: int
    end: int
    money: float


@dataclass(frozen=True, slots=True)
class Series:
    first: date
    values: list[float]
    labels: list[Label]


def corpus(count: int = 300, seed: int = 20261126) -> list[Series]:
    return [_series(random.Random(f"{seed}/{at}")) for at in range(count)]


def calm(count: int, days: int, seed: int = 20261127) -> list[list[float]]:
    """Series of that many days in which nothing happens but what is ordinary."""
    found = []
    for at in range(count):
        chance = random.Random(f"{seed}/{at}")
        base = _base(chance, date(2024, 1, 1) + timedelta(days=chance.randrange(365)))
        noise = chance.uniform(0.01, 0.08)
        found.append([max(0.0, one * chance.gauss(1, noise)) for one in base[:days]])
    return found


def _series(chance: random.Random) -> Series:
    first = date(2024, 1, 1) + timedelta(days=chance.randrange(365))
    base = _base(chance, first)
    extra = [0.0] * DAYS
    labels = _labels(chance, base, extra)
    noise = chance.uniform(0.01, 0.08)
    values = [max(0.0, (one + more) * chance.gauss(1, noise)) for one, more in zip(base, extra, strict=True)]
    return Series(first, values, labels)


def _base(chance: random.Random, first: date) -> list[float]:
    """Weeks, growth, ends of months and holidays: all of it ordinary."""
    level, growth = 10 ** chance.uniform(1, 4), chance.uniform(-0.01, 0.03)
    weekend, batch = chance.uniform(0.4, 1.15), chance.choice([0, 0, 0, chance.uniform(0.2, 0.9)])
    holidays = {first + timedelta(days=chance.randrange(DAYS)) for _ in range(8)} | {
        day for year in (2024, 2025, 2026) for day in (date(year, 12, 25), date(year, 12, 26), date(year, 1, 1))
    }  # fmt: skip
    rest = chance.uniform(0.5, 1.0)
    found = []
    for at in range(DAYS):
        day = first + timedelta(days=at)
        value = level * (1 + growth) ** (at / 30) * (weekend if day.weekday() >= 5 else 1)
        value *= 1 + batch if (day + timedelta(days=1)).day == 1 else 1
        found.append(value * (rest if day in holidays else 1))
    return found


def _labels(chance: random.Random, base: list[float], extra: list[float]) -> list[Label]:
    """One to three events, at least six weeks apart; what a step lifts stays lifted."""
    found, at = [], CALM + chance.randrange(5, 60)
    for _ in range(chance.choice([1, 2, 2, 3])):
        if at > DAYS - 50:
            break
        make = chance.choice([_spike, _step, _ramp])
        label = make(chance, base, extra, at)
        found.append(label)
        at = label.end + chance.randrange(42, 110)
    return found


def _spike(chance: random.Random, base: list[float], extra: list[float], at: int) -> Label:
    days, part = chance.randint(1, 4), 10 ** chance.uniform(-0.6, 0.7)
    return _add(base, extra, "spike", at, [part] * days, stays=False)


def _step(chance: random.Random, base: list[float], extra: list[float], at: int) -> Label:
    part = 10 ** chance.uniform(-0.7, 0.5)
    return _add(base, extra, "step", at, [part] * MONTH, stays=True)


def _ramp(chance: random.Random, base: list[float], extra: list[float], at: int) -> Label:
    days, part = chance.randint(15, 40), chance.uniform(0.4, 1.5)
    return _add(base, extra, "ramp", at, [part * (n + 1) / days for n in range(days)], stays=True)


def _add(base: list[float], extra: list[float], kind: str, at: int, parts: list[float], *, stays: bool) -> Label:  # fmt: skip
    usual = [one + more for one, more in zip(base, extra, strict=True)]
    money = 0.0
    for n, part in enumerate(parts[: DAYS - at]):
        extra[at + n] += usual[at + n] * part
        money += usual[at + n] * part
    if stays:
        for day in range(at + len(parts), DAYS):
            extra[day] += usual[day] * parts[-1]
    visible = at + next((n for n, part in enumerate(parts) if part >= SEEN), 0)
    return Label(kind, at, visible, min(at + len(parts) - 1, DAYS - 1), money)
