"""How long one part of a question has been waiting for the other side, as the part's own requests tell it.

A part that asks page after page is slow and works; one whose request gets no answer hangs. Waiting for our own
limits, or because we were told to slow down, is neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

LEAST_S = 2.5  # longer than the others, however quick: where nothing is, nothing is soon told, and a month of metrics is not
SHARE: Final = 0.3  # of the slowest other part's time: the whole stays below 1.5 times what it takes anyway
USUAL: Final = 1.3  # times what the same service and region takes


def beyond(slowest: float) -> float:
    """Seconds that are waited for one more answer when the others took `slowest`."""
    return max(LEAST_S, SHARE * slowest)


@dataclass
class Patience:
    """Of one part; `given_up` once it was waited for long enough, and then it is being cancelled."""

    given_up: bool = False
    _asking: dict[object, tuple[float, float]] = field(default_factory=dict)

    def silent(self, now: float, slowest: float) -> bool:
        """Whether a request has had no answer for longer than the others (`slowest` seconds) and its past explain."""
        return any(
            now - since >= max(beyond(slowest), USUAL * usual) for since, usual in self._asking.values()
        )

    @contextmanager
    def asking(self, usual: float) -> Iterator[None]:
        """While a request is under way to somebody who takes `usual` seconds, 0 when never asked."""
        request = object()
        self._asking[request] = time.monotonic(), usual
        try:
            yield
        finally:
            del self._asking[request]


HERE: Final[ContextVar[Patience]] = ContextVar("patience")


def here() -> Patience:
    """The patience with the part that the running task belongs to; endless outside of one."""
    return HERE.get(None) or Patience()
