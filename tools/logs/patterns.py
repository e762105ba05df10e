"""Patterns that people write, matched in time that grows with the line alone: no pattern can hold a thread up."""

from __future__ import annotations

from collections.abc import Callable

from tools.errors import GiveUp


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a line holds the pattern, letter case ignored.

    Raises:
        GiveUp: the pattern is none, or patterns are not to be had here.
    """
    try:
        import hyperscan
    except ImportError:
        raise GiveUp("patterns cannot be matched on this machine: ask with `contains`") from None
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_SINGLEMATCH
    base = hyperscan.Database()
    try:
        base.compile(expressions=[pattern.encode()], ids=[0], elements=1, flags=[flags])
    except hyperscan.error as error:
        raise GiveUp(f"{pattern!r} is no pattern that can be matched: {error}") from None

    def matches(line: str) -> bool:
        found: list[int] = []
        base.scan(line.encode("utf-8", "replace"), match_event_handler=lambda *_: found.append(1))
        return bool(found)

    return matches
