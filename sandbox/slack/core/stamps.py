"""Ids: message timestamps that only ever grow, and the letters-and-digits ids of everything else."""

import secrets
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Stamps:
    """`next()` is a message's ts: seconds and microseconds, unique and rising, whatever the clock does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return as_ts(self._last)

    @property
    def last(self) -> str:
        return as_ts(self._last)

    def passed(self, ts: str) -> None:
        """Never give out `ts` or anything before it: it was used by an earlier run."""
        self._last = max(self._last, as_micros(ts))


def as_ts(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def as_micros(ts: str) -> int:
    seconds, _, rest = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int((rest or "0").ljust(6, "0")[:6])


def is_ts(text: str) -> bool:
    seconds, dot, rest = text.partition(".")
    return bool(dot) and seconds.isdigit() and rest.isdigit()


def new_id(prefix: str) -> str:
    """An id such as `V0K3...`: random, because a second run on the same state must not repeat one."""
    return prefix + "0" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def block_id() -> str:
    """What Slack fills in where an app gave a block no id."""
    return "".join(secrets.choice(ALPHABET) for _ in range(5))
