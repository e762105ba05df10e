"""Series in memory, for as long as anybody looks back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sandbox.prometheus.series import NAME, Series

KEEP_S = 4 * 3600.0
TRIM_EVERY = 256  # samples of a series

Key = tuple[tuple[str, str], ...]


@dataclass
class _Kept:
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass
class Memory:
    """`record` in the order of time; what is older than `keep_s` is forgotten."""

    keep_s: float = KEEP_S
    _series: dict[str, dict[Key, _Kept]] = field(default_factory=dict)

    def record(self, name: str, at: float, value: float, **labels: str) -> None:
        """One sample. A time that is not after the series' last one is dropped, as Prometheus drops it."""
        kept = self._series.setdefault(name, {}).setdefault(tuple(sorted(labels.items())), _Kept())
        if kept.times and at <= kept.times[-1]:
            return
        kept.times.append(at)
        kept.values.append(value)
        if len(kept.times) % TRIM_EVERY == 0:
            old = bisect_left(kept.times, at - self.keep_s)
            del kept.times[:old], kept.values[:old]

    def names(self) -> Iterable[str]:
        return sorted(self._series)

    def named(self, name: str) -> Sequence[Series]:
        found = self._series.get(name, {})
        return [Series({NAME: name, **dict(key)}, kept.times, kept.values) for key, kept in found.items()]
