"""An asynchronous circuit breaker: a dependency that keeps failing is left alone for a while, then tried once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from tools.errors import ToolError, TryLater

T = TypeVar("T")
State = Literal["closed", "open", "half_open"]


class Breaker:
    """Opens after `failures` failures in a row within `window_s`; after `open_s` lets exactly one call try.

    Only `TryLater` counts as a failure: a refusal or "not found" proves that the other side is there. A cancelled
    call counts as nothing.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        window_s: float = 60.0,
        open_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._limit = failures
        self._window = window_s
        self._open_for = open_s
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=failures)
        self._until: float | None = None  # when one call may try; None while closed
        self._probing = False
        self._why = ""

    @property
    def state(self) -> State:
        if self._until is None:
            return "closed"
        return "half_open" if self._clock() >= self._until else "open"

    def open(self, why: str, seconds: float) -> None:
        """Leave it alone for so long: the caller knows that it hangs, and need not fail often to learn it."""
        self._until, self._why = self._clock() + seconds, why

    def close(self) -> None:
        """It was seen to work."""
        self._worked()

    async def call(self, fn: Callable[[], Awaitable[T]]) -> T:
        """Await `fn()` unless open.

        Raises:
            TryLater: open, without having called `fn`; `retry_after` says when one call may try.
        """
        probe = self._admit()
        counted = False
        try:
            answer = await fn()
        except TryLater as error:
            counted = True
            self._failed(probe=probe)
            self._why = error.reason
            raise
        except ToolError:
            counted = True
            self._worked()
            raise
        else:
            counted = True
            self._worked()
            return answer
        finally:
            if probe and not counted:
                self._probing = False

    def _admit(self) -> bool:
        if self._until is None:
            return False
        left = self._until - self._clock()
        if left > 0 or self._probing:
            raise TryLater(
                f"{self.name} kept failing and is left alone for a moment: {self._why}",
                self.name,
                retry_after=max(left, 1.0),
            )
        self._probing = True
        return True

    def _failed(self, *, probe: bool) -> None:
        now = self._clock()
        if probe:
            self._until, self._probing = now + self._open_for, False
            return
        self._failures.append(now)
        if len(self._failures) == self._limit and now - self._failures[0] <= self._window:
            self._until = now + self._open_for

    def _worked(self) -> None:
        self._until, self._probing = None, False
        self._failures.clear()
