"""What is wrong with a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trouble:
    """Several at once add up.

    delay_s: each way. rate: bytes a second each way, 0 for as fast as they come. cut_after: the connection is reset
    when so many bytes of answer have passed. silent: connections are taken and nothing passes; what was said meanwhile
    arrives when that ends. closed: nobody listens, and who was connected is cut off.
    """

    delay_s: float = 0.0
    rate: float = 0.0
    cut_after: int | None = None
    silent: bool = False
    closed: bool = False


CLEAN: Final = Trouble()
GONE: Final = Trouble(closed=True)
SILENT: Final = Trouble(silent=True)
