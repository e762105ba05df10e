"""When the others' signs of life were seen to change, by a clock of this machine: the database's may be set while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Heard:
    now: Callable[[], float]
    _last: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    def hear(self, signs: Mapping[str, datetime]) -> frozenset[str]:
        """The last sign of life of each that is alive, as it is stored. Who was among them before and is not any more."""
        gone = self._last.keys() - signs.keys()
        self._last = {worker: self._newer(worker, sign) for worker, sign in signs.items()}
        return frozenset(gone)

    def _newer(self, worker: str, sign: datetime) -> tuple[datetime, float]:
        before = self._last.get(worker)
        return before if before is not None and before[0] == sign else (sign, self.now())

    def silent(self, worker: str, seconds: float) -> bool:
        """Whether it gave no sign of life for so long, all of it under our eyes."""
        return worker in self._last and self.now() - self._last[worker][1] >= seconds

    def forget(self, workers: Iterable[str]) -> None:
        for worker in workers:
            self._last.pop(worker, None)
