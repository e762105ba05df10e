"""Argo CD and Flux, as far as they put back what somebody changed: what was applied last is what Git has."""

import copy
import json
import re
from typing import Any, Final

from sandbox.cluster.patching.strategic import strategic_merge
from sandbox.world.context import Context
from sandbox.world.gitops import APPLICATIONS, KUSTOMIZATIONS
from sandbox.world.objects import Obj, annotations, deleting, labels, namespace, spec, uid

APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
KEPT: Final = ("apps/v1/deployments", "apps/v1/statefulsets", "autoscaling/v2/horizontalpodautoscalers")
_TRACKED: Final = ("argocd.argoproj.io/instance", "argocd.argoproj.io/tracking-id")
_FLUX: Final = "kustomize.toolkit.fluxcd.io"
_HEALS: Final = 5.0  # seconds from a difference to Argo CD's self-heal
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}


def reconcile(ctx: Context) -> None:
    for resource in KEPT if ctx.live and _installed(ctx) else ():
        for obj in ctx.access.list(resource):
            if APPLIED in annotations(obj) and not deleting(obj):
                _one(ctx, resource, obj)


def _installed(ctx: Context) -> bool:
    return ctx.access.serves(APPLICATIONS) or ctx.access.serves(KUSTOMIZATIONS)


def _one(ctx: Context, resource: str, obj: Obj) -> None:
    """A difference is put back when its manager's time has come; without one the time begins anew."""
    wanted: Obj = json.loads(annotations(obj)[APPLIED]).get("spec") or {}
    key, after = f"git/{uid(obj)}", _patience(ctx, obj)
    if after is None or _holds(wanted, spec(obj)):
        ctx.reminders.pop(key, None)
    elif ctx.rings(key, after):
        changed = copy.deepcopy(obj)
        changed["spec"] = strategic_merge(obj["kind"], changed, {"spec": wanted})["spec"]
        ctx.access.update(resource, changed, manager="gitops")
        ctx.reminders.pop(key, None)


def _patience(ctx: Context, obj: Obj) -> float | None:
    """Seconds until the manager acts; None when it does not."""
    marks = labels(obj) | annotations(obj)
    app = next((marks[mark].split(":")[0] for mark in _TRACKED if mark in marks), "")
    if app and ctx.access.serves(APPLICATIONS):
        found = ctx.access.get(APPLICATIONS, "argocd", app)
        policy = (spec(found).get("syncPolicy") or {}).get("automated") if found else None
        return _HEALS if policy and policy.get("selfHeal") and policy.get("enabled", True) else None
    if f"{_FLUX}/name" in marks and ctx.access.serves(KUSTOMIZATIONS):
        home = marks.get(f"{_FLUX}/namespace") or namespace(obj)
        found = ctx.access.get(KUSTOMIZATIONS, home, marks[f"{_FLUX}/name"])
        return _interval(found) if found and not spec(found).get("suspend") else None
    return None


def _interval(found: Obj) -> float:
    parts = re.findall(r"(\d+)([hms])", str(spec(found).get("interval", "10m")))
    return sum(int(number) * _SECONDS[unit] for number, unit in parts)


def _holds(wanted: Any, there: Any) -> bool:
    """Is everything that Git has so? What Git does not speak of may be anything."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(_holds(v, there.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(there, list) and len(there) == len(wanted)
        return same and all(_holds(v, t) for v, t in zip(wanted, there, strict=True))
    return bool(wanted == there)
