"""How well each program does at one moment: connections wanted and granted, load, failures, latency."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sandbox.scenarios.programs.model import Database, Program
from sandbox.scenarios.programs.network import Network
from sandbox.scenarios.programs.units import Key, Unit

WAVE_S: Final = 1800.0
WAVE: Final = 0.06
_SLOWED: Final = 9.0  # how many times slower a service is when it gets no connection at all
_WAITED: Final = 0.8  # share of a failing callee's slowness that callers see


@dataclass
class Lending:
    """One database: what is wanted of it and what it grants."""

    limit: int
    reserved: int
    up: bool
    wanted: float = 0.0

    @property
    def granted(self) -> float:
        return min(self.wanted, self.limit - self.reserved) if self.up else 0.0

    @property
    def share(self) -> float:
        """Of what is wanted."""
        if not self.up:
            return 0.0
        return min(1.0, (self.limit - self.reserved) / self.wanted) if self.wanted else 1.0

    @property
    def sessions(self) -> int:
        """What the server counts, its own reserved ones included."""
        return round(self.granted) + self.reserved if self.up else 0


@dataclass(frozen=True)
class Service:
    """All pods of one program in one namespace."""

    rate: float
    failing: float  # share of requests
    shortage: float  # share of wanted connections that was refused
    p50: float
    p95: float
    ready: int
    closed: frozenset[str] = frozenset()  # programs that it needs and that no packet of it reaches


@dataclass
class Flow:
    """Everything at `now`, computed once. Programs ask each other, so there may be no circle in `calls`."""

    programs: dict[str, Program]
    units: list[Unit]
    now: float
    network: Network = Network()
    lending: dict[Key, Lending] = field(default_factory=dict)
    services: dict[Key, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_key: dict[Key, list[Unit]] = {}
        for unit in self.units:
            self._by_key.setdefault(unit.key, []).append(unit)
        for key, units in self._by_key.items():
            database = units[0].program.database
            if database is not None:
                up = any(unit.ready for unit in units)
                self.lending[key] = Lending(_limit(units[0], database), database.reserved, up)
        for unit in self.units:
            lender = self._lender(unit)
            if lender is not None:
                lender.wanted += self.demand(unit)
        for home in {key[0] for key in self._by_key}:
            for title in self.programs:
                self.service((home, title))

    def pods(self, key: Key) -> list[Unit]:
        return self._by_key.get(key, [])

    def demand(self, unit: Unit) -> float:
        """Connections that this pod wants to hold now."""
        pool = unit.program.pool
        if pool is None or not unit.ready:
            return 0.0
        text = unit.env.get(pool.env, "")
        size = int(text) if text.isdigit() else pool.size
        return min(size, pool.first + pool.grows * max(0.0, self.now - unit.began))

    def held(self, unit: Unit) -> float:
        lender = self._lender(unit)
        return self.demand(unit) * lender.share if lender is not None else 0.0

    def _lender(self, unit: Unit) -> Lending | None:
        pool = unit.program.pool
        if pool is None or pool.database in self.closed(unit.key):
            return None
        return self.lending.get((unit.key[0], pool.database))

    def closed(self, key: Key) -> frozenset[str]:
        """What a policy keeps this program from, as far as it needs it."""
        program, home = self.programs[key[1]], key[0]
        mine = next((unit.pod for unit in self.pods(key) if unit.ready), None)
        if mine is None or not self.network.policies:
            return frozenset()
        needed = {*program.calls, *([program.pool.database] if program.pool else [])}
        servers = {title: [unit.pod for unit in self.pods((home, title)) if unit.ready] for title in needed}
        return frozenset(
            title
            for title, pods in servers.items()
            if pods and not any(self.network.open(mine, pod) for pod in pods)
        )

    def service(self, key: Key) -> Service:
        if key not in self.services:
            self.services[key] = self._service(key)
        return self.services[key]

    def _service(self, key: Key) -> Service:
        home, title = key
        program = self.programs[title]
        ready = [unit for unit in self.pods(key) if unit.ready]
        traffic = program.traffic
        rate = wave(traffic.rates.get(home, 0.0), self.now) if traffic else 0.0
        shortage, closed = self._shortage(key, ready), self.closed(key)
        if not ready:
            return Service(rate, 1.0, shortage, 0.0, 0.0, 0)
        overload = _overload(rate / len(ready), traffic.capacity) if traffic else 0.0
        failing = (traffic.errors if traffic else 0.0) + shortage * (program.pool.pain if program.pool else 0)
        needed = [
            (self.service((home, callee)), share)
            for callee, share in program.calls.items()
            if self._serves(home, callee)
        ]
        failing += overload + sum(share * callee.failing for callee, share in needed)
        failing += sum(program.calls.get(title, 0.0) for title in closed)
        slow = 1 + _SLOWED * shortage + 4 * overload
        waits = sum(share * _WAITED * callee.p50 for callee, share in needed)
        p50 = (traffic.p50 if traffic else 0.0) * slow + waits
        tail = traffic.tail if traffic else 1.0
        return Service(
            rate, min(failing, 1.0), shortage, p50, p50 * tail * (1 + shortage), len(ready), closed
        )

    def _serves(self, home: str, callee: str) -> bool:
        """Whether the namespace has a load for it: where it has none, somebody else answers."""
        traffic = self.programs[callee].traffic
        return traffic is None or home in traffic.rates

    def _shortage(self, key: Key, ready: Iterable[Unit]) -> float:
        units = list(ready)
        pool = self.programs[key[1]].pool
        if pool is None or not units:
            return 0.0
        lender = self._lender(units[0])
        return 1.0 if lender is None else 1 - lender.share


def _limit(unit: Unit, database: Database) -> int:
    words = [*(unit.container.get("command") or []), *(unit.container.get("args") or [])]
    for word in words:
        head, _, value = str(word).partition("=")
        if head.removeprefix("-c").strip("- ") == database.limit_arg and value.isdigit():
            return int(value)
    return database.limit


def _overload(rate: float, capacity: float) -> float:
    """The share of requests that one pod cannot take."""
    return max(0.0, 1 - capacity / rate) if rate else 0.0


def wave(rate: float, now: float) -> float:
    """The day in small: up and down within half an hour."""
    return rate * (1 + WAVE * math.sin(2 * math.pi * now / WAVE_S))
