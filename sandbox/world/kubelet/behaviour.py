"""What a container plays: read from the `sim/*` annotations of its pod, from its image and its memory limit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.world.kubelet.probing import hopeless
from sandbox.world.objects import Obj, annotations, containers, spec, uid
from sandbox.world.quantity import amount

MODES: Final = frozenset(
    {"run", "crash", "oom", "liveness", "unready", "badimage", "complete", "fail", "creating", "stuck"}
)
_BROKEN_TAGS: Final = (":does-not-exist", ":invalid")
_BROKEN_REPOSITORY: Final = "yourcompany/"
_EXITS: Final = {"crash": 1, "fail": 1, "oom": 137, "liveness": 137}
_STARTUP_SHARE: Final = 0.6  # below this share of its working set a process dies before it is ready


@dataclass(frozen=True)
class Behaviour:
    """One container's part. `exit_code` is 0 for those that end well or never end."""

    mode: str
    exit_code: int = 0
    early: bool = True  # dies before it would be ready
    lasts: float | None = None  # seconds until a failing probe has it killed
    said: str = ""  # what its failing probe says

    @property
    def runs_on(self) -> bool:
        return self.mode in ("run", "unready", "stuck")


def annotated(pod: Mapping[str, Any], container: str, key: str) -> str | None:
    """`sim/<container>.<key>`, else `sim/<key>`."""
    notes = annotations(pod)
    return notes.get(f"sim/{container}.{key}", notes.get(f"sim/{key}"))


def behaviour_of(
    pod: Obj, container: Obj, *, init: bool, wanted: float | None = None, pulled: bool | None = None
) -> Behaviour:
    """The part of one container. Init containers complete unless their own annotation says otherwise.

    `wanted` are the bytes that its program needs, `pulled` is whether its image can be had, where that is known.
    """
    mark = annotations(pod).get(f"sim/{container['name']}.behavior")
    if mark is None and not init:
        mark = annotations(pod).get("sim/behavior")
    if mark is None and (pulled is False or _image_broken(container.get("image", ""))):
        mark = "badimage"
    if mark is None:
        forever = spec(pod).get("restartPolicy", "Always") == "Always"
        mark = "complete" if init or not forever else "run"
    mode, _, code = mark.partition(":")
    if mode not in MODES:
        mode = "run"
    if mode in ("run", "unready") and not init:
        short = _memory_short(pod, container, wanted)
        if short is not None:
            return Behaviour("oom", 137, early=short < _STARTUP_SHARE)
        if mode == "run":
            return _probed(container)
    return Behaviour(mode, int(code) if code.isdigit() else _EXITS.get(mode, 0))


def _probed(container: Obj) -> Behaviour:
    """A process that runs well is killed, or kept from traffic, by a probe that cannot succeed."""
    for kind in ("startupProbe", "livenessProbe"):
        fails = hopeless(container, kind)
        if fails is not None:
            return Behaviour("liveness", 137, early=False, lasts=fails.after, said=fails.message)
    fails = hopeless(container, "readinessProbe")
    return Behaviour("unready", said=fails.message) if fails is not None else Behaviour("run")


def _image_broken(image: str) -> bool:
    return image.endswith(_BROKEN_TAGS) or image.startswith(_BROKEN_REPOSITORY)


def working_set(pod: Obj, container: Obj) -> float:
    """Bytes that the process wants; `sim/memory` speaks of the first container, others are small."""
    own = annotations(pod).get(f"sim/{container['name']}.memory")
    if own is None and containers(pod) and containers(pod)[0]["name"] == container["name"]:
        own = annotations(pod).get("sim/memory")
    if own is not None:
        return amount(own)
    limit = amount((container.get("resources") or {}).get("limits", {}).get("memory"))
    return min(24 * 2.0**20, limit * 0.4) if limit else 24 * 2.0**20


def cpu_use(pod: Obj, container: Obj) -> float:
    """Cores that the process uses at its usual load."""
    own = annotations(pod).get(f"sim/{container['name']}.cpu")
    if own is None and containers(pod) and containers(pod)[0]["name"] == container["name"]:
        own = annotations(pod).get("sim/cpu")
    return amount(own) if own is not None else 0.01


def _memory_short(pod: Obj, container: Obj, wanted: float | None) -> float | None:
    limit = amount(((container.get("resources") or {}).get("limits") or {}).get("memory"))
    wanted = working_set(pod, container) if wanted is None else wanted
    return limit / wanted if limit and limit < wanted else None


def start_seconds(pod: Obj, container: Obj, usual: float | None = None) -> float:
    """From the node's acceptance to ready: `sim/start-seconds`, else what is usual, or 0.3 to 0.6 seconds by the
    pod's uid.
    """
    own = annotated(pod, container["name"], "start-seconds")
    if own is not None:
        return float(own)
    digest = hashlib.sha256(f"{uid(pod)}/{container['name']}".encode()).digest()
    share = digest[0] / 255
    return 0.3 + 0.3 * share if usual is None else usual * (0.85 + 0.3 * share)


def run_seconds(pod: Obj, container: Obj) -> float:
    """How long a container that ends runs before it does."""
    own = annotated(pod, container["name"], "run-seconds")
    return float(own) if own is not None else 0.2
