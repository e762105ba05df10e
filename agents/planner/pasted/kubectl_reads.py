"""kubectl: the commands that read, as our readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.planner.pasted.flags import Flag, Given
from agents.planner.pasted.kubectl import PLACE, WORKLOADS, kind_of, one
from agents.planner.pasted.line import Problem
from agents.planner.pasted.meaning import Command, Made, Meaning, named

_EVERYWHERE = Flag(takes=False, left=True)
_SHOWN: Mapping[str, Flag] = {
    "-o": Flag(left=True), "--output": Flag(left=True), "-w": Flag(takes=False, left=True), "--watch": Flag(takes=False, left=True),
    "-A": _EVERYWHERE, "--all-namespaces": _EVERYWHERE, "--sort-by": Flag(left=True), "--show-labels": Flag(takes=False, left=True),
    "--no-headers": Flag(takes=False, left=True), "--containers": Flag(takes=False, left=True), **PLACE,
}  # fmt: skip
_GET = {**_SHOWN, "-l": Flag("selector"), "--selector": Flag("selector")}
_LOGS = {
    **PLACE, "-c": Flag("container"), "--container": Flag("container"), "-p": Flag("previous", takes=False),
    "--previous": Flag("previous", takes=False), "--since": Flag("since"), "--tail": Flag(left=True), "-f": Flag(takes=False, left=True),
    "--follow": Flag(takes=False, left=True), "--timestamps": Flag(takes=False), "--all-containers": Flag(takes=False),
}  # fmt: skip


def _where(given: Given) -> dict[str, Any]:
    return dict(named(given.values, "namespace", "cluster"))


def _get(given: Given) -> Made:
    if not given.words:
        return Problem("it names no kind of object")
    kind = kind_of(given.words[0].partition("/")[0])
    if not kind:
        return Problem(f"`{given.words[0]}` is no kind of object that I know")
    left = tuple(given.left)
    if len(given.words) == 1 and "/" not in given.words[0]:
        if kind == "event":
            return Meaning("k8s_events", _where(given), left)
        return Meaning(
            "k8s_resources", {"kind": kind, **_where(given), **named(given.values, "selector")}, left
        )
    found = one(given.words)
    if isinstance(found, Problem):
        return found
    return Meaning("k8s_resources", {"kind": found[0], "name": found[1], **_where(given)}, left)


def _describe(given: Given) -> Made:
    found = one(given.words)
    if isinstance(found, Problem):
        return found
    tool = "k8s_diagnose" if found[0] in WORKLOADS | {"pod"} else "k8s_resources"
    return Meaning(tool, {"kind": found[0], "name": found[1], **_where(given)}, tuple(given.left))


def _logs(given: Given) -> Made:
    if not given.words:
        return Problem("it names no pod")
    if len(given.words) > 2:
        return Problem(f"it names more than one pod: `{' '.join(given.words)}`")
    args: dict[str, Any] = {
        "name": given.words[0].rpartition("/")[2],
        **_where(given),
        **named(given.values, "container", "since"),
    }
    if len(given.words) == 2:
        args["container"] = given.words[1]
    return Meaning(
        "k8s_logs", args | ({"previous": True} if "previous" in given.values else {}), tuple(given.left)
    )


def _top(given: Given) -> Made:
    kind = kind_of(given.words[0]) if given.words else ""
    if kind == "node":
        return Meaning("k8s_capacity", named(given.values, "cluster"), tuple(given.left))
    if kind == "pod" and len(given.words) <= 2:
        name = {"name": given.words[1]} if len(given.words) == 2 else {}
        return Meaning("k8s_usage", {**name, **_where(given)}, tuple(given.left))
    return Problem("I know `top pods` and `top nodes`")


def _history(given: Given) -> Made:
    found = one(given.words)
    if isinstance(found, Problem):
        return found
    return Meaning("k8s_rollouts", {"name": found[1], **_where(given)}, tuple(given.left))


def _can_i(given: Given) -> Made:
    if len(given.words) < 2:
        return Problem("it names no verb and no resource")
    return Meaning(
        "k8s_who_can",
        {"verb": given.words[0], "resource": given.words[1], **_where(given)},
        tuple(given.left),
    )


_ALL = (
    Command(("get",), _GET, _get),
    Command(("events",), _SHOWN, lambda given: Meaning("k8s_events", _where(given), tuple(given.left))),
    Command(("describe",), PLACE, _describe),
    Command(("logs",), _LOGS, _logs),
    Command(("top",), _SHOWN, _top),
    Command(("rollout", "status"), _SHOWN, _history),
    Command(("rollout", "history"), _SHOWN, _history),
    Command(("auth", "can-i"), PLACE, _can_i),
)
READS = {command.path: command for command in _ALL}
