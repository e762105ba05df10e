"""One rig an action: the small world in which every action goes through the same suite (test_every_action.py).

How to write one: a file here, named after the action (several that are alike may share a file), with `RIGS`, a tuple of `Rig`:

    RIGS = (Rig("scale", lambda place, n: workload(place, n, replicas=5)),)

`make(place, n)` makes one fresh target (`n` is a number of its own, so use the namespace or name that it gives) and returns a `Case`:
the arguments to propose with, the words that name them (an argument that nobody said is flagged), a regular expression that finds
requests about the target, and four acts on the target: `state()` is what the action may change, as plain data; `put(state)` is
somebody who sets it so; `drift()` is somebody who changes what the card showed; `settle()` is what controllers make of it as it is now
(called again and again, so cheap when there is nothing to do). `Rig.writes` is how many requests one application sends,
`irreversible` that there is no way back, `tells` is False where nothing on the target says after a crash whether a write arrived
(then the end may be unknown, never a second write), `without` names parts of the suite that cannot be, each with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Case:
    args: dict[str, Any]
    text: str
    path: str
    state: Callable[[], Any]
    put: Callable[[Any], None]
    drift: Callable[[], None]
    settle: Callable[[], None]


@dataclass(frozen=True)
class Rig:
    action: str
    make: Callable[[Any, int], Case]
    irreversible: bool = False
    writes: int = 1
    tells: bool = True
    without: Mapping[str, str] = field(default_factory=dict)
    at: str = "cluster"  # or "cloud", or "alerts"
