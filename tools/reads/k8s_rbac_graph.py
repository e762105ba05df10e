"""Who holds what in a namespace, and over which binding and role? Every way from a subject to its rights, for a picture, too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from pydantic import Field

from tools.cluster.rights.access import Access, read
from tools.cluster.rights.dangers import LEVELS
from tools.cluster.rights.ways import Way, ways, without_any
from tools.reads.digest import counted, digest, listed, proved
from tools.reads.oke_people import Known, known
from tools.services.where import find, need_namespace
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

COLUMNS = ("risk", "subject", "binding", "role", "may")
PROVED = 10
ROWS = 1_000
OUTSIDE = (
    "who is in a group: the cluster does not know it",
    "what the server grants its own parts is left out",
    "policies of Oracle Cloud that let a group manage clusters go past RBAC",
)


class Args(Scoped):
    who: str | None = Field(None, max_length=200, description="only this user, group or service account")
    limit: int = Field(20, ge=1, le=200, description="how many ways to tell, worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    namespace = need_namespace(place)
    access = await read(place.api, namespace, call.reach)
    found = [way for way in ways(access, namespace) if args.who is None or _is(way, args.who)]
    people = await known(call, (way.subject for way in found))
    found = [replace(way, subject=people.called(way.subject)) for way in found]
    shown = found[: args.limit]
    rest = [f"told: the worst {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    unseen = (*access.unseen, *people.unseen, *OUTSIDE)
    table = Table(f"Rights in {namespace}", COLUMNS, tuple(map(_row, found[:ROWS])), len(found), drawn=True)
    return Result(
        data={"ways": [_json(way) for way in found[:ROWS]], "total": len(found), "by_level": _levels(found), "without_any": _idle(access, namespace)},
        digest=digest([_head(found, namespace, args.who), *proved(map(_line, shown), PROVED), *rest, *_rest(access, namespace, args, people)]),
        scope=place.scope("now"),
        evidence=tuple(Evidence(way.binding.ref, f"{_risk(way)}: {way.subject}", f"{_role(way)}: {way.may}"[:400]) for way in shown[:PROVED]),
        could_not_see=unseen,
        tables=(table,) if found else (),
    )  # fmt: skip


def _is(way: Way, who: str) -> bool:
    return way.subject == who or way.subject.endswith(f":{who}")


def _levels(found: list[Way]) -> Json:
    count = Counter(way.level for way in found if way.level)
    return {level: count[level] for level in LEVELS if count[level]}


def _idle(access: Access, namespace: str) -> list[str]:
    return without_any(access, namespace) if access.items.knows("serviceaccounts") else []


def _head(found: list[Way], namespace: str, who: str | None) -> str:
    of = f" of {who}" if who else ""
    if not found:
        return f"No binding{of} gives anybody anything in namespace {namespace} beyond what the server grants its own parts."
    subjects, bindings = len({way.subject for way in found}), len({way.binding.ref for way in found})
    roles = len({_role(way) for way in found})
    levels = ", ".join(f"{count} {level}" for level, count in _levels(found).items())
    risky = f"risky: {levels}" if levels else "none of it is risky by my rules"
    return (
        f"In namespace {namespace} {counted(subjects, 'subject')} hold rights through {counted(bindings, 'binding')}"
        f" of {counted(roles, 'role')}{of}; {risky}."
    )


def _rest(access: Access, namespace: str, args: Args, people: Known) -> list[str]:
    idle = [] if args.who else _idle(access, namespace)
    alone = f"no binding names {counted(len(idle), 'service account')}: {listed(idle)}" if idle else ""
    return [line for line in (alone, *people.unseen) if line]


def _risk(way: Way) -> str:
    return way.level or "none"


def _subject(way: Way) -> str:
    return f"{way.subject_kind} {way.subject}"


def _binding(way: Way) -> str:
    return f"{way.binding.kind} {way.binding.name}"


def _role(way: Way) -> str:
    return f"{way.binding.role_kind} {way.binding.role}"


def _row(way: Way) -> tuple[str, ...]:
    return (_risk(way), _subject(way), _binding(way), _role(way), way.may)


def _line(way: Way) -> str:
    head = f"{way.level}: " if way.level else ""
    why = f": {way.why}" if way.why else ""
    return f"{head}{_subject(way)} through {_binding(way)} of {_role(way)}: {way.may}{why}"


def _json(way: Way) -> Json:
    return {"level": way.level, "kind": way.subject_kind, "subject": way.subject, "binding": way.binding.name, "binding_kind": way.binding.kind, "role_kind": way.binding.role_kind, "role": way.binding.role, "namespace": way.binding.namespace, "may": way.may, "why": way.why, "ref": way.binding.ref}  # fmt: skip


K8S_RBAC_GRAPH = Tool(
    name="k8s_rbac_graph",
    summary="RBAC graph of a namespace: subjects, bindings, roles and what they may, risky ones marked; can be drawn as a picture.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=("draw the rbac graph of namespace shop", "show who holds which role in shop as a picture"),
    cache_s=60,
)  # fmt: skip
