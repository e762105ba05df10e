"""Where to go back to: the last revision that differs from now, past those that are known to be bad.

Known only from the cluster: the mark that our own roll-backs leave on the Deployment, pods that died, back-off events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tools.cluster.objects import annotated, container_status, containers, name, owned_by
from tools.cluster.revisions import Revision, alike
from tools.cluster.templates import fingerprint
from tools.spec import Json

TAKEN_BACK = "cloudops/taken-back"  # `<fingerprint>:<reason>`, newest last, on the Deployment
MOST_MARKS = 10
SHORT = timedelta(minutes=15)  # pods that died in a run that lasted were rather somebody else's victims
_REASON = re.compile(r"[A-Za-z]{1,40}")


@dataclass(frozen=True, slots=True)
class Way:
    """`to` is None when every other revision is known to be bad; `passed` says which were passed over and why."""

    to: Revision | None
    passed: tuple[str, ...] = ()


def way_back(history: tuple[Revision, ...], bad: Mapping[int, str]) -> Way:
    """From the newest revision: restarts of the same software are no other revision."""
    if not history:
        return Way(None)
    passed: list[str] = []
    for earlier in reversed(history[:-1]):
        if not earlier.latest or alike(earlier.template, history[-1].template):
            continue
        why = bad.get(earlier.number)
        if why is None:
            return Way(earlier, tuple(passed))
        passed.append(f"revision {earlier.number} is passed over: {why}")
    return Way(None, tuple(passed))


def known_bad(
    deployment: Json, history: tuple[Revision, ...], pods: Iterable[Json], events: Iterable[Json]
) -> dict[int, str]:
    """Why, by number of revision. The one that runs now is never among them."""
    marks, living, told = _marks(deployment), list(pods), list(events)
    found = {}
    for at, revision in enumerate(history[:-1]):
        if revision.latest and (why := _why(history, at, marks, _died(revision, living, told))):
            found[revision.number] = why
    return found


def _why(history: tuple[Revision, ...], at: int, marks: Mapping[str, str], died: str) -> str:
    revision, after = history[at], history[at + 1]
    back = taken_back(history, at)
    mark = marks.get(fingerprint(revision.template)) if back else None
    if mark is not None:
        reason = mark or died
        return f"it was rolled back{clock(after)}" + (f" because {_pods(reason)}" if reason else "")
    if died and (back or after.at - revision.at < SHORT):
        return f"{_pods(died)}, and it was replaced{clock(after)}"
    return ""


def _pods(reason: str) -> str:
    return f"its pods were {'' if reason.endswith('Killed') else 'in '}{reason}"


def clock(revision: Revision) -> str:
    """` at 17:57:37 UTC`, where it is known."""
    return f" at {revision.at:%H:%M:%S} UTC" if revision.exact else ""


def taken_back(history: tuple[Revision, ...], at: int) -> bool:
    """What came after it was the template of an earlier revision."""
    return at + 1 < len(history) and any(
        alike(earlier.template, history[at + 1].template) for earlier in history[:at]
    )


def taken_back_mark(deployment: Json, template: Json, reason: str) -> Json:
    """The operation of a JSON patch that marks a template as taken back."""
    marks = _marks(deployment)
    marks.pop(fingerprint(template), None)
    marks[fingerprint(template)] = reason if _REASON.fullmatch(reason) else ""
    text = ",".join(f"{key}:{value}" for key, value in list(marks.items())[-MOST_MARKS:])
    if not annotated(deployment):
        return {"op": "add", "path": "/metadata/annotations", "value": {TAKEN_BACK: text}}
    return {"op": "add", "path": f"/metadata/annotations/{TAKEN_BACK.replace('/', '~1')}", "value": text}


def _marks(deployment: Json) -> dict[str, str]:
    """An annotation is text that anybody may have written: what is no mark is not repeated to people."""
    pairs = (entry.partition(":") for entry in annotated(deployment).get(TAKEN_BACK, "")[:1000].split(","))
    return {key: reason if _REASON.fullmatch(reason) else "" for key, _, reason in pairs if key}


def _died(revision: Revision, pods: list[Json], events: list[Json]) -> str:
    """OOMKilled, CrashLoopBackOff, or nothing known."""
    reasons = {r for pod in pods if owned_by(pod, revision.replicaset) for r in _deaths(pod)}
    if reasons:
        return "OOMKilled" if "OOMKilled" in reasons else min(reasons)
    return "CrashLoopBackOff" if any(_backs_off(event, revision) for event in events) else ""


def _deaths(pod: Json) -> Iterable[str]:
    for container in containers(pod):
        state = container_status(pod, container["name"])
        for key in ("state", "lastState"):
            if ((state.get(key) or {}).get("terminated") or {}).get("reason") == "OOMKilled":
                yield "OOMKilled"
        if ((state.get("state") or {}).get("waiting") or {}).get("reason") == "CrashLoopBackOff":
            yield "CrashLoopBackOff"


def _backs_off(event: Json, revision: Revision) -> bool:
    about = event.get("involvedObject") or {}
    mine = str(about.get("name", "")).startswith(f"{name(revision.replicaset)}-")
    restarting = "restarting failed container" in str(event.get("message", ""))
    return about.get("kind") == "Pod" and event.get("reason") == "BackOff" and mine and restarting
