"""kubectl: the commands that change something, as actions; those that read are in `kubectl_reads`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from agents.planner.entities import KINDS
from agents.planner.pasted.flags import Flag, Given
from agents.planner.pasted.line import Problem
from agents.planner.pasted.meaning import Command, Made, Meaning, named, whole

PLACE = {
    "-n": Flag("namespace"),
    "--namespace": Flag("namespace"),
    "--context": Flag("cluster"),
}
WAITS = {
    "--timeout": Flag(left=True),
    "--wait": Flag(takes=False, left=True),
    "-o": Flag(left=True),
    "--output": Flag(left=True),
}
MORE_KINDS = {
    "po": "pod", "no": "node", "cj": "cronjob", "hpas": "horizontalpodautoscaler", "horizontalpodautoscalers": "horizontalpodautoscaler",
    "horizontalpodautoscaler": "horizontalpodautoscaler", "deployments.apps": "deployment", "deployment.apps": "deployment",
    "statefulset.apps": "statefulset", "daemonset.apps": "daemonset", "job.batch": "job", "cronjob.batch": "cronjob", "ns": "namespace",
    "ing": "ingress", "ev": "event", "event": "event", "namespace": "namespace", "poddisruptionbudgets": "poddisruptionbudget",
}  # fmt: skip
WORKLOADS = frozenset({"deployment", "statefulset", "daemonset"})


def kind_of(word: str) -> str:
    low = word.lower()
    return MORE_KINDS.get(low) or KINDS.get(low, "")


def one(words: list[str]) -> tuple[str, str] | Problem:
    """`deploy/checkout` or `deploy checkout`; never several at a time."""
    if not words:
        return Problem("it names no object")
    kind, slash, name = words[0].partition("/")
    rest = words[1:] if slash else words[2:]
    name = name if slash else (words[1] if len(words) > 1 else "")
    if not kind_of(kind):
        return Problem(f"`{words[0]}` is no kind of object that I know")
    if not name:
        return Problem(f"it names no {kind_of(kind)}")
    if rest:
        return Problem(f"it names more than one object: `{' '.join(rest)}`; one at a time, please")
    return kind_of(kind), name


def workload(
    action: str, more: Callable[[Given], dict[str, Any] | Problem] | None = None
) -> Callable[[Given], Made]:
    """A command on one workload; `more` reads its further arguments."""

    def make(given: Given) -> Made:
        found = one(given.words)
        if isinstance(found, Problem):
            return found
        if found[0] not in WORKLOADS:
            return Problem(f"a {found[0]} is nothing that can be changed so")
        extra = more(given) if more else {}
        if isinstance(extra, Problem):
            return extra
        where = named(given.values, "namespace", "cluster")
        return Meaning(action, {"name": found[1], "kind": found[0], **where, **extra}, tuple(given.left))

    return make


def _replicas(given: Given) -> dict[str, Any] | Problem:
    if "replicas" not in given.values:
        return Problem("it does not say `--replicas`")
    count = whole(given.values["replicas"], "--replicas")
    return count if isinstance(count, Problem) else {"replicas": count}


def _revision(given: Given) -> dict[str, Any] | Problem:
    """`--to-revision=0` is the one before, as for kubectl."""
    number = whole(given.values.get("revision", "0"), "--to-revision")
    return number if isinstance(number, Problem) else ({"revision": number} if number else {})


def _amounts(given: Given) -> dict[str, Any] | Problem:
    found: dict[str, Any] = named(given.values, "container")
    for which in ("limits", "requests"):
        for pair in filter(None, given.values.get(which, "").split(",")):
            what, _, value = pair.partition("=")
            if what not in {"cpu", "memory"} or not value:
                return Problem(f"`{pair}` is neither cpu nor memory")
            found[f"{what}_{which[:-1]}"] = value
    return found


def _image(given: Given) -> Made:
    pairs = [word for word in given.words if "=" in word]
    if len(pairs) != 1:
        return Problem("it must name one container with its image, such as app=shop/checkout:1.4.2")
    container, _, image = pairs[0].partition("=")
    given.words = [word for word in given.words if word not in pairs]
    extra = {"image": image, **({} if container == "*" else {"container": container})}
    return workload("set_image", lambda _: extra)(given)


def _node(action: str) -> Callable[[Given], Made]:
    def make(given: Given) -> Made:
        names = [word.removeprefix("node/") for word in given.words]
        if len(names) != 1:
            return Problem(
                "it names no node" if not names else f"it names {len(names)} nodes; one at a time, please"
            )
        args: dict[str, Any] = {"name": names[0], **named(given.values, "cluster")}
        lost = {key: True for key in ("lose_local_data",) if key in given.values}
        return Meaning(action, args | lost, tuple(given.left))

    return make


def _delete(given: Given) -> Made:
    where = named(given.values, "namespace", "cluster")
    if picked := given.values.get("fields"):
        if given.words in (["pods"], ["pod"], ["po"]) and picked == "status.phase=Failed":
            return Meaning("pods_clean_up", where, tuple(given.left))
        return Problem(
            f"`--field-selector {picked}` picks objects by a rule; I can clean up failed pods only"
        )
    found = one(given.words)
    if isinstance(found, Problem):
        return found
    action = {"pod": "pod_delete", "job": "job_delete"}.get(found[0])
    if action is None:
        return Problem(f"deleting a {found[0]} is nothing that I propose", like="delete pod")
    return Meaning(action, {"name": found[1], **where}, tuple(given.left))


def _create_job(given: Given) -> Made:
    source = given.values.get("from", "").split("/")
    if len(source) != 2 or kind_of(source[0]) not in {"cronjob", "job"}:
        return Problem(
            "only a job from an existing one can be proposed: --from=cronjob/NAME", like="rerun job"
        )
    left = (f"the name {given.words[0]}: the new job gets one of its own",) if given.words else ()
    where = named(given.values, "namespace", "cluster")
    return Meaning("job_rerun", {"name": source[1], **where}, (*left, *given.left))


def _patch(given: Given) -> Made:
    """The few patches that say the same as an action; every other one changes more than can be read here."""
    found = one(given.words)
    if isinstance(found, Problem):
        return found
    try:
        body = json.loads(given.values.get("patch", ""))
    except ValueError:
        return Problem("its patch is no JSON that I can read")
    kind, name = found
    where = named(given.values, "namespace", "cluster")
    spec = body.get("spec") if isinstance(body, Mapping) and set(body) == {"spec"} else None
    if (
        kind == "horizontalpodautoscaler"
        and isinstance(spec, Mapping)
        and spec
        and set(spec) <= {"minReplicas", "maxReplicas"}
    ):
        bounds = {
            {"minReplicas": "min_replicas", "maxReplicas": "max_replicas"}[key]: value
            for key, value in spec.items()
        }
        return Meaning("hpa_bounds", {"name": name, **where, **bounds}, tuple(given.left))
    if kind == "cronjob" and spec in ({"suspend": True}, {"suspend": False}):
        return Meaning(
            "cronjob_suspend" if spec["suspend"] else "cronjob_resume",
            {"name": name, **where},
            tuple(given.left),
        )
    return Problem(
        f"this patch of a {kind} says more than an action of mine", like=f"{kind} {' '.join(given.words)}"
    )


def _nothing(why: str, like: str) -> Callable[[Given], Made]:
    return lambda _: Problem(why, like=like)


_DRAIN = {
    **PLACE,
    **WAITS,
    "--ignore-daemonsets": Flag(takes=False),
    "--delete-emptydir-data": Flag("lose_local_data", takes=False),
}
_ALL = (
    Command(("rollout", "restart"), {**PLACE, **WAITS}, workload("rollout_restart"), "restart"),
    Command(("rollout", "undo"), {**PLACE, **WAITS, "--to-revision": Flag("revision")}, workload("rollout_undo", _revision), "roll back"),
    Command(("rollout", "pause"), {**PLACE, **WAITS}, workload("rollout_pause"), "pause rollout"),
    Command(("rollout", "resume"), {**PLACE, **WAITS}, workload("rollout_resume"), "resume rollout"),
    Command(("scale",), {**PLACE, **WAITS, "--replicas": Flag("replicas")}, workload("scale", _replicas), "scale"),
    Command(("set", "image"), {**PLACE, **WAITS}, _image, "set image"),
    Command(("set", "resources"), {**PLACE, **WAITS, "--limits": Flag("limits"), "--requests": Flag("requests"), "-c": Flag("container"), "--containers": Flag("container")}, workload("set_resources", _amounts), "set resources"),
    Command(("cordon",), {**PLACE, **WAITS}, _node("node_cordon"), "cordon node"),
    Command(("uncordon",), {**PLACE, **WAITS}, _node("node_uncordon"), "uncordon node"),
    Command(("drain",), _DRAIN, _node("node_drain"), "drain node"),
    Command(("delete",), {**PLACE, **WAITS, "--field-selector": Flag("fields")}, _delete, "delete pod"),
    Command(("create", "job"), {**PLACE, **WAITS, "--from": Flag("from")}, _create_job, "rerun job"),
    Command(("patch",), {**PLACE, **WAITS, "-p": Flag("patch"), "--patch": Flag("patch"), "--type": Flag("type")}, _patch, "set resources"),
    Command(("autoscale",), {}, _nothing("making an autoscaler is nothing that I propose", "autoscaler bounds"), "autoscaler bounds"),
)  # fmt: skip
CHANGES = {command.path: command for command in _ALL}
