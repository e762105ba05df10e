"""The OCI CLI: what changes something, as actions, and what lists and shows, as readings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from agents.planner.pasted.flags import Flag, Given
from agents.planner.pasted.line import Problem
from agents.planner.pasted.meaning import Command, Made, Meaning, named

PLACE: Mapping[str, Flag] = {
    "--region": Flag("region"), "--compartment-id": Flag("compartment"), "-c": Flag("compartment"), "--output": Flag(left=True),
    "--query": Flag(left=True), "--wait-for-state": Flag(left=True), "--all": Flag(takes=False), "--limit": Flag(left=True),
    "--max-wait-seconds": Flag(left=True),
}  # fmt: skip
_POWER = {
    "START": "instance_start",
    "SOFTSTOP": "instance_stop",
    "SOFTRESET": "instance_reset",
    "RESET": "instance_hard_reset",
}


def _id(name: str, *more: str) -> dict[str, Flag]:
    return {**PLACE, **{f"--{each}": Flag("resource") for each in (name, *more)}}


def _on(action: str, take: Mapping[str, str] | None = None) -> Callable[[Given], Made]:
    """An action on one resource; `take` are numbers, by the argument that they fill."""

    def make(given: Given) -> Made:
        problem = _lacking(given)
        if problem is not None:
            return problem
        args: dict[str, Any] = dict(named(given.values, "resource", "region", "compartment"))
        for key, flag in (take or {}).items():
            if key in given.values:
                number = _number(given.values[key])
                if number is None:
                    return Problem(f"`{flag}` must be a number, not {given.values[key][:40]!r}")
                args[key] = number
        if take and not set(take) & set(args):
            return Problem(f"it says none of {', '.join(take.values())}")
        return Meaning(action, args, tuple(given.left))

    return make


def _lacking(given: Given) -> Problem | None:
    if given.words:
        return Problem(f"`{given.words[0]}` is a word that I do not expect there")
    return None if "resource" in given.values else Problem("it names no resource by its id")


def _number(text: str) -> int | float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else value


def _power(given: Given) -> Made:
    wanted = given.values.get("action", "").upper()
    action = _POWER.get(wanted)
    if action is None:
        near = {"STOP": "stop instance", "DIAGNOSTICREBOOT": "hard reset instance"}.get(
            wanted, "reset instance"
        )
        hard = (
            ": it takes the power away, and I propose a stop that shuts the system down"
            if wanted == "STOP"
            else ""
        )
        return Problem(f"`--action {wanted or '(none)'}` is nothing that I propose{hard}", like=near)
    return _on(action)(given)


def _shape(given: Given) -> Made:
    if "tags" in given.values:
        return Problem("it would put these tags in the place of all others", like="tag instance")
    try:
        config = json.loads(given.values.get("shape", ""))
    except ValueError:
        config = None
    keys = {"ocpus": "ocpus", "memoryInGBs": "memory_gb"}
    if not isinstance(config, Mapping) or not config or not set(config) <= set(keys):
        return Problem(
            "of an instance only `--shape-config` with ocpus and memoryInGBs can be proposed",
            like="instance shape",
        )
    given.values |= {keys[key]: str(value) for key, value in config.items()}
    return _on("instance_shape", {"ocpus": "ocpus", "memory_gb": "memoryInGBs"})(given)


def _backend(given: Given) -> Made:
    problem = _no_backend(given)
    if problem is not None:
        return problem
    said = {key for key in ("drain", "offline") if given.values.get(key, "").lower() == "true"}
    if len(said) != 1 and not {"drain", "offline"} <= set(given.values):
        return Problem(
            "it must say --drain and --offline, one of them true or both false", like="drain backend"
        )
    if len(said) > 1:
        return Problem("it says both --drain true and --offline true", like="drain backend")
    action = f"backend_{said.pop()}" if said else "backend_online"
    args = named(given.values, "load_balancer", "backend_set", "backend", "region", "compartment")
    return Meaning(action, args, tuple(given.left))


def _no_backend(given: Given) -> Problem | None:
    if given.words:
        return Problem(f"`{given.words[0]}` is a word that I do not expect there")
    for key, flag in (("load_balancer", "--load-balancer-id"), ("backend", "--backend-name")):
        if key not in given.values:
            return Problem(f"it does not say {flag}")
    for key in ("drain", "offline", "backup"):
        if given.values.get(key, "false").lower() not in {"true", "false"}:
            return Problem(f"`--{key}` must be true or false")
    if given.values.get("backup", "false").lower() == "true":
        return Problem("`--backup true` makes it a backup server, which I do not propose")
    return None


def _backup(given: Given) -> Made:
    whole = given.values.pop("type", "INCREMENTAL").upper()
    if whole not in {"FULL", "INCREMENTAL"}:
        return Problem("`--type` is FULL or INCREMENTAL")
    made = _on("volume_backup")(given)
    if isinstance(made, Meaning) and whole == "FULL":
        return Meaning(made.name, {**made.args, "full": True}, made.left)
    return made


def _key(given: Given) -> Made:
    if given.words:
        return Problem(f"`{given.words[0]}` is a word that I do not expect there")
    for key, flag in (("user", "--user-id"), ("fingerprint", "--fingerprint")):
        if key not in given.values:
            return Problem(f"it does not say {flag}")
    return Meaning("api_key_delete", named(given.values, "user", "fingerprint"), tuple(given.left))


def _list(kind: str) -> Callable[[Given], Made]:
    def make(given: Given) -> Made:
        if given.words:
            return Problem(f"`{given.words[0]}` is a word that I do not expect there")
        args = {"kind": kind, **named(given.values, "compartment", "region", "name", "state")}
        return Meaning("oci_resources", args, tuple(given.left))

    return make


def _plain(tool: str) -> Callable[[Given], Made]:
    return lambda given: Meaning(tool, named(given.values, "compartment", "region"), tuple(given.left))


_NAMED = {**PLACE, "--display-name": Flag("name"), "--lifecycle-state": Flag("state")}
_INSTANCE, _ADB = _id("instance-id"), _id("autonomous-database-id")
_POOL, _NODES = _id("instance-pool-id"), _id("node-pool-id")
_LB = {
    **PLACE, "--load-balancer-id": Flag("load_balancer"), "--backend-set-name": Flag("backend_set"), "--backend-name": Flag("backend"),
    "--drain": Flag("drain"), "--offline": Flag("offline"), "--weight": Flag(left=True), "--backup": Flag("backup"),
}  # fmt: skip
_ALL = (
    Command(("compute", "instance", "action"), {**_INSTANCE, "--action": Flag("action")}, _power, "reset instance"),
    Command(("compute", "instance", "update"), {**_INSTANCE, "--shape-config": Flag("shape"), "--freeform-tags": Flag("tags"), "--defined-tags": Flag("tags")}, _shape, "instance shape"),
    Command(("compute", "instance", "list"), _NAMED, _list("instance")),
    Command(("compute", "instance", "get"), _INSTANCE, _on("oci_instance")),
    Command(("compute-management", "instance-pool", "update"), {**_POOL, "--size": Flag("size")}, _on("instance_pool_size", {"size": "--size"}), "instance pool size"),
    Command(("compute-management", "instance-pool", "start"), _POOL, _on("instance_pool_start"), "start instance pool"),
    Command(("compute-management", "instance-pool", "stop"), _POOL, _on("instance_pool_stop"), "stop instance pool"),
    Command(("compute-management", "instance-pool", "list"), _NAMED, _list("instance pool")),
    Command(("ce", "node-pool", "update"), {**_NODES, "--size": Flag("size")}, _on("node_pool_size", {"size": "--size"}), "node pool size"),
    Command(("ce", "node-pool", "list"), _NAMED, _list("node pool")),
    Command(("ce", "cluster", "list"), _NAMED, _list("cluster")),
    Command(("lb", "backend", "update"), _LB, _backend, "drain backend"),
    Command(("lb", "load-balancer", "list"), _NAMED, _list("load balancer")),
    Command(("db", "autonomous-database", "start"), _ADB, _on("database_start"), "start database"),
    Command(("db", "autonomous-database", "stop"), _ADB, _on("database_stop"), "stop database"),
    Command(("db", "autonomous-database", "update"), {**_ADB, "--compute-count": Flag("ecpus"), "--data-storage-size-in-tbs": Flag("storage_tb")}, _on("database_scale", {"ecpus": "--compute-count", "storage_tb": "--data-storage-size-in-tbs"}), "scale database"),
    Command(("db", "autonomous-database", "list"), _NAMED, _list("database")),
    Command(("bv", "boot-volume-backup", "create"), {**_id("boot-volume-id"), "--type": Flag("type"), "--display-name": Flag(left=True)}, _backup, "back up volume"),
    Command(("bv", "backup", "create"), {**_id("volume-id"), "--type": Flag("type"), "--display-name": Flag(left=True)}, _backup, "back up volume"),
    Command(("bv", "volume", "delete"), _id("volume-id"), _on("volume_delete"), "delete volume"),
    Command(("iam", "user", "api-key", "delete"), {**PLACE, "--user-id": Flag("user"), "--fingerprint": Flag("fingerprint")}, _key, "delete api key"),
    Command(("bv", "volume", "list"), _NAMED, _list("volume")),
    Command(("network", "vcn", "list"), _NAMED, _list("vcn")),
    Command(("network", "subnet", "list"), _NAMED, _list("subnet")),
    Command(("monitoring", "alarm", "list"), PLACE, _plain("oci_alarms")),
    Command(("monitoring", "alarm-status", "list-alarms-status"), PLACE, _plain("oci_alarms")),
    Command(("audit", "event", "list"), PLACE, _plain("oci_who_changed")),
)  # fmt: skip
COMMANDS = {command.path: command for command in _ALL}
SERVICES = frozenset(path[0] for path in COMMANDS) | {
    "iam",
    "os",
    "search",
    "vault",
    "kms",
    "usage-api",
    "resource-manager",
    "fn",
    "dns",
    "nlb",
    "oke",
}
