"""Living through what happened before the start, on a clock of its own, so that every state has a past."""

import copy
from typing import Final

from sandbox.cluster.seed import seed
from sandbox.cluster.store import Store
from sandbox.scenarios.loader import Scenario
from sandbox.scenarios.model import Step
from sandbox.scenarios.programs.running import Programs
from sandbox.world.clock import ScenarioClock
from sandbox.world.world import World

MANAGER: Final = "kubectl-client-side-apply"
CAUSE: Final = "kubernetes.io/change-cause"
_COARSE: Final = 120.0
_FINE: Final = 7.0
_RECENT: Final = 1260.0  # seconds before the start that are remembered more finely


def live_through(scenario: Scenario, store: Store, world: World, programs: Programs, now: float) -> None:
    """From an empty cluster to the scenario's state at `now`."""
    clock = store.clock
    if not isinstance(clock, ScenarioClock):
        raise TypeError("a history needs a ScenarioClock")
    clock.set(now + scenario.about.history.begins)
    world.ctx.live = False
    seed(store)
    apply(store, scenario)
    ahead = list(scenario.steps)
    while clock.now() < now:
        tick = clock.now() + (_FINE if clock.now() > now - _RECENT else _COARSE)
        until = min(tick, now, *(now + step.at for step in ahead[:1]))
        world.advance(until - clock.now())
        while ahead and now + ahead[0].at <= clock.now():
            change(store, ahead.pop(0))
        programs.tick(clock.now())
    world.settle()


def apply(store: Store, scenario: Scenario) -> None:
    """The manifests, as somebody applied them."""
    for obj in scenario.objects:
        kind = store.kinds().of_kind(obj["apiVersion"], obj["kind"])
        if kind is None:
            raise ValueError(f"unknown kind {obj['apiVersion']} {obj['kind']}")
        store.create(kind.key, copy.deepcopy(obj), manager=MANAGER)


def change(store: Store, step: Step) -> None:
    """One person's change of a Deployment."""
    item = store.get("apps/v1/deployments", step.namespace, step.deployment)
    if item is None:
        raise ValueError(f"no deployment {step.deployment} in {step.namespace}")
    container = item["spec"]["template"]["spec"]["containers"][0]
    if step.image:
        container["image"] = step.image
    env = {entry["name"]: entry for entry in container.setdefault("env", [])}
    for key, value in step.env.items():
        if key in env:
            env[key]["value"] = value
        else:
            container["env"].append({"name": key, "value": value})
    notes = item["metadata"].setdefault("annotations", {})
    notes.pop(CAUSE, None)
    if step.cause:
        notes[CAUSE] = step.cause
    store.replace("apps/v1/deployments", item, manager=step.by)
