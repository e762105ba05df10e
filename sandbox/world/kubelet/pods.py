"""One pod on its node: volumes first, init containers in order, then the rest; a status after each step."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sandbox.world.access import Access
from sandbox.world.clock import epoch, stamp
from sandbox.world.kubelet import references
from sandbox.world.kubelet.applications import Applications
from sandbox.world.kubelet.behaviour import annotated, behaviour_of, run_seconds, start_seconds
from sandbox.world.kubelet.containers import ContainerRun
from sandbox.world.kubelet.status import addresses, conditions, phase, quality
from sandbox.world.objects import Obj, containers, name, namespace, spec, status, uid

_MOUNT_PERIOD: Final = 120.0
_NEAR_LIMIT_RUN: Final = 20.0  # a process slightly above its memory limit lives that long


@dataclass
class PodRun:
    """The kubelet's memory of one pod; rebuilt from nothing when the pod appears."""

    uid: str
    node: str
    pod_ip: str
    accepted: float
    init: list[ContainerRun]
    main: list[ContainerRun]
    mount_told: float = 0.0
    config_told: dict[str, float] = field(default_factory=dict)
    probe_told: dict[str, float] = field(default_factory=dict)
    stops_at: float | None = None

    @property
    def every(self) -> list[ContainerRun]:
        return [*self.init, *self.main]


def _run_of(pod: Obj, container: Obj, apps: Applications, *, init: bool) -> ContainerRun:
    sidecar = init and container.get("restartPolicy") == "Always"
    policy = spec(pod).get("restartPolicy", "Always")
    if init and not sidecar:
        policy = "Never" if policy == "Never" else "OnFailure"
    wanted, pulled = apps.working_set(pod, container), apps.has_image(container)
    part = behaviour_of(pod, container, init=init and not sidecar, wanted=wanted, pulled=pulled)
    lasts = run_seconds(pod, container) if part.early else part.lasts or _NEAR_LIMIT_RUN
    return ContainerRun(
        name=container["name"],
        image=container.get("image", ""),
        pod=name(pod),
        pod_in_full=f"{name(pod)}_{namespace(pod)}({uid(pod)})",
        behaviour=part,
        starts_in=start_seconds(pod, container, apps.start_seconds(container)) / (3 if init else 1),
        runs_for=lasts,
        restarts_on="Always" if sidecar else policy,
    )


def accept(pod: Obj, now: float, rng: random.Random, apps: Applications) -> PodRun:
    """The pod's containers from their beginning; where its status tells of them already, from there on."""
    run = PodRun(
        uid=uid(pod),
        node=spec(pod)["nodeName"],
        pod_ip=status(pod).get("podIP") or f"10.244.{rng.randrange(1, 255)}.{rng.randrange(2, 255)}",
        accepted=epoch(status(pod).get("startTime")) or now,
        init=[_run_of(pod, c, apps, init=True) for c in spec(pod).get("initContainers") or []],
        main=[_run_of(pod, c, apps, init=False) for c in containers(pod)],
    )
    seen = {
        c["name"]: c
        for key in ("initContainerStatuses", "containerStatuses")
        for c in status(pod).get(key) or []
    }
    for entry in run.every:
        if entry.name in seen:
            entry.resume(seen[entry.name], now)
    return run


Say = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Step:
    """What one look at a pod needs: the API, the time, how fast it runs, who says and who probes."""

    access: Access
    now: float
    speed: float
    say: Say
    apps: Applications


def advance(run: PodRun, pod: Obj, step: Step) -> None:
    """Bring every container of the pod to `step.now`."""
    blocked = references.unmountable(step.access, pod)
    if blocked is not None:
        if run.mount_told + _MOUNT_PERIOD / step.speed <= step.now:
            step.say("Warning", "FailedMount", blocked)
            run.mount_told = step.now
        return
    for entry in run.init:
        _play(run, pod, entry, step)
        if not entry.ended and not (entry.restarts_on == "Always" and entry.running):
            for later in run.main:
                later.wait_for("PodInitializing")
            return
        if entry.ended and not entry.succeeded:
            return
    for entry in run.main:
        _play(run, pod, entry, step)


def _play(run: PodRun, pod: Obj, entry: ContainerRun, step: Step) -> None:
    if entry.step in ("new", "misconfigured"):
        wanted = next(
            c for c in [*(spec(pod).get("initContainers") or []), *containers(pod)] if c["name"] == entry.name
        )
        problem = references.unconfigurable(step.access, pod, wanted)
        if problem is not None:
            _misconfigured(run, entry, problem, step)
            return
        entry.step = "new"
    entry.begin(step.now, step.speed)
    entry.advance(step.now, step.speed, step.say)
    entry.ready = entry.running and _probed(run, pod, entry, step)
    if entry in run.init:
        entry.ready = entry.succeeded or entry.ready


def _misconfigured(run: PodRun, entry: ContainerRun, problem: str, step: Step) -> None:
    entry.wait_for("CreateContainerConfigError", problem)
    entry.step = "misconfigured"
    if run.config_told.get(entry.name, 0.0) + 10 / step.speed <= step.now:
        step.say("Warning", "Failed", f"Error: {problem}")
        run.config_told[entry.name] = step.now


def _probed(run: PodRun, pod: Obj, entry: ContainerRun, step: Step) -> bool:
    part = entry.behaviour
    if part.mode == "unready" or (not part.runs_on and part.early):
        return part.mode == "complete" and entry not in run.init
    found = step.apps.readiness(pod, entry.name, step.now)
    if not found.ok and run.probe_told.get(entry.name, 0.0) + 10 / step.speed <= step.now:
        step.say("Warning", "Unhealthy", found.message)
        run.probe_told[entry.name] = step.now
    if found.until is not None:
        entry.due = max(found.until, step.now)
    return found.ok


def next_due(run: PodRun, now: float, speed: float) -> float | None:
    """When to look again; None = only when something changes."""
    moments = [entry.due for entry in run.every if entry.step != "ended" and entry.due > now]
    if any(entry.step == "misconfigured" for entry in run.every):
        moments.append(now + 10 / speed)
    return min(moments, default=None)


def status_of(run: PodRun, pod: Obj, host_ip: str, now: float) -> Obj:
    """The pod's whole status."""
    initialized = all(e.succeeded or (e.restarts_on == "Always" and e.running) for e in run.init)
    unready = [e.name for e in run.main if not e.ready]
    plays = phase([e for e in run.init if e.restarts_on != "Always"], run.main)
    body: Obj = {
        "phase": plays,
        "conditions": conditions(
            status(pod).get("conditions") or [],
            initialized=initialized,
            unready=unready,
            succeeded=plays == "Succeeded",
            ready=initialized and not unready and plays == "Running",
            now=now,
        ),
        **addresses(run.pod_ip, host_ip),
        "startTime": stamp(run.accepted),
    }
    if run.init:
        body["initContainerStatuses"] = [entry.status() for entry in run.init]
    body["containerStatuses"] = [entry.status() for entry in run.main]
    body["qosClass"] = status(pod).get("qosClass") or quality(pod)
    return body


def is_stuck(pod: Obj) -> bool:
    return any(annotated(pod, c["name"], "behavior") == "stuck" for c in containers(pod))
