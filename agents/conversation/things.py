"""The resources that a typed result names, for the thread's memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agents.gate.called import Called
from agents.planner.facts import Thing
from tools.reads.digest import TOKEN

MOST = 12
Data = Mapping[str, Any]


def things_of(called: Called) -> tuple[Thing, ...]:
    """Of a call that showed resources of Oracle Cloud; empty for every other."""
    read = _READ.get(called.name)
    if read is None or called.result is None:
        return ()
    found = [thing for thing in read(called.result.data) if thing.name and TOKEN.fullmatch(thing.name)]
    return tuple({thing.id or thing.name: thing for thing in found}.values())[:MOST]


def _cost_why(data: Data) -> list[Thing]:
    facts, step = data.get("facts") or {}, data.get("jump") or {}
    ident = str(step.get("resource", ""))
    marks = [
        word
        for word, told in (("idle", facts.get("works", "")), ("gpu", facts.get("kind", "")))
        if word in told.lower()
    ]
    return (
        [_thing(ident.split(".")[1] if "." in ident else "", facts.get("resource"), ident, *marks, "dear")]
        if step
        else []
    )


def _instance(data: Data) -> list[Thing]:
    facts = data.get("facts") or {}
    return [
        _thing("instance", data.get("name"), data.get("id"), *_marks(facts.get("state"), facts.get("shape")))
    ]


def _resources(data: Data) -> list[Thing]:
    rows = data.get("resources") or []
    return [
        _thing(str(r.get("kind")), r.get("name"), r.get("id"), *_marks(r.get("state"), r.get("name")))
        for r in rows
    ]


def _alarms(data: Data) -> list[Thing]:
    return [
        _thing("alarm", row.get("name"), row.get("id"), str(row.get("state", "")).lower())
        for row in data.get("alarms") or []
    ]


def _parts(data: Data) -> list[Thing]:
    return [
        _thing(str(p.get("kind")), p.get("name"), p.get("id"), *_marks(p.get("state"), ""))
        for p in data.get("parts") or []
    ]


def _changes(data: Data) -> list[Thing]:
    """Only what a single resource's history is about: in a list of everything, nobody means one of them."""
    rows = data.get("changes") or []
    idents = {str(row.get("resource")) for row in rows}
    return (
        [_thing(_kind_of(idents.pop()), rows[0].get("name"), rows[0].get("resource"))]
        if len(idents) == 1
        else []
    )


def _metric(data: Data) -> list[Thing]:
    row = data.get("resource") or {}
    return [_thing(str(row.get("kind")), row.get("name"), row.get("id"))] if row else []


def _thing(kind: str, name: object, ident: object, *marks: str) -> Thing:
    word = kind.lower().replace("autonomousdatabase", "database").replace("loadbalancer", "load balancer")
    return Thing(
        kind=word, name=str(name or ""), id=str(ident or ""), marks=tuple(mark for mark in marks if mark)
    )


def _kind_of(ident: str) -> str:
    return ident.split(".")[1] if ident.startswith("ocid1.") else ""


def _marks(state: object, about: object) -> list[str]:
    return [str(state or "").lower(), *(["gpu"] if "gpu" in str(about or "").lower() else [])]


_READ: dict[str, Callable[[Data], list[Thing]]] = {
    "cost_why": _cost_why,
    "oci_alarms": _alarms,
    "oci_instance": _instance,
    "oci_metric": _metric,
    "oci_resources": _resources,
    "oci_service": _parts,
    "oci_who_changed": _changes,
}
