"""Which grants in the cluster are risky, in whose hands, and why? Kubernetes RBAC judged by our own rules."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from tools.cluster.rights.access import read
from tools.cluster.rights.dangers import Level, worse
from tools.cluster.rights.risks import Risk, risks
from tools.reads.digest import TABLED, counted, digest, listed, proved
from tools.reads.oke_people import known
from tools.services.where import find
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

PROVED = 10
KEPT = 300  # grants in the data
OTHER_WAYS = (
    "policies of Oracle Cloud that let a group manage clusters go past RBAC; iam_who_can tells who holds them"
)


class Args(Scoped):
    who: str | None = Field(None, max_length=200, description="only this user, group or service account")
    level: Level = Field("medium", description="this level and worse")
    built_in: bool = Field(False, description="what the server grants its own parts, too")
    limit: int = Field(20, ge=1, le=200, description="how many grants to list, worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    access = await read(place.api, place.namespace, call.reach)
    found = [
        risk
        for risk in risks(access, everything=args.built_in)
        if worse(risk.level, args.level)
        and _about(risk, args.who)
        and (not risk.namespace or call.reach.namespace(place.api.name, risk.namespace))
    ]
    people = await known(call, (risk.subject for risk in found))
    for risk in found:
        risk.subject = people.called(risk.subject)
    unseen = (*access.unseen, *people.unseen, OTHER_WAYS)
    shown = found[: args.limit]
    rest = [f"showing the worst {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    return Result(
        data={"grants": [_json(risk) for risk in found[:KEPT]], "total": len(found), "by_level": _levels(found)},
        digest=digest([_head(found, place.namespace, args), *proved(map(_line, shown), PROVED), *rest, f"could not see: {'; '.join(unseen)}"]),
        scope=place.scope("now"),
        evidence=tuple(Evidence(risk.ref, f"{risk.level}: {risk.subject}", f"{risk.through}: {risk.what}") for risk in shown[:PROVED]),
        could_not_see=unseen,
        tables=(Table("Risky grants", ("level", "who", "where", "may", "why", "through"), tuple(map(_row, found[:TABLED])), len(found)),) if shown else (),
    )  # fmt: skip


def _about(risk: Risk, who: str | None) -> bool:
    return who is None or who in risk.subject.split(", ") or risk.subject.endswith(f":{who}")


def _levels(found: list[Risk]) -> Json:
    return dict(Counter(risk.level for risk in found))


def _head(found: list[Risk], namespace: str, args: Args) -> str:
    where = f"in namespace {namespace}" if namespace else "in the cluster"
    of = f" of {args.who}" if args.who else ""
    if not found:
        return f"No grant{of} {where} is risky at level {args.level} or worse."
    levels = ", ".join(f"{count} {level}" for level, count in _levels(found).items())
    people = len({risk.subject for risk in found})
    return f"{counted(len(found), 'risky grant')}{of} {where} ({levels}) in the hands of {counted(people, 'subject')}."


def _where(risk: Risk) -> str:
    return f"in {risk.namespace}" if risk.namespace else "everywhere"


def _line(risk: Risk) -> str:
    more = f" and {counted(len(risk.details), 'more rule')}" if risk.details else ""
    return f"{risk.level}: {risk.subject_kind} {risk.subject} {_where(risk)}: {risk.what}{more}: {risk.why} ({risk.through})"


def _row(risk: Risk) -> tuple[str, ...]:
    return (
        risk.level,
        f"{risk.subject_kind} {risk.subject}",
        _where(risk),
        risk.what,
        risk.why,
        risk.through,
    )


def _json(risk: Risk) -> Json:
    return {
        "risk": risk.slug,
        "level": risk.level,
        "kind": risk.subject_kind,
        "subject": risk.subject,
        "namespace": risk.namespace,
        "may": listed([risk.what, *risk.details], 5),
        "names": list(risk.names),
        "why": risk.why,
        "through": risk.through,
        "ref": risk.ref,
    }


K8S_RISKY_GRANTS = Tool(
    name="k8s_risky_grants",
    summary="Risky Kubernetes RBAC grants, over-privileged users, groups and service accounts: who could become administrator, read secrets, run pods.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=("which RBAC grants are risky?", "who is over-privileged in the cluster?", "who could become cluster admin?"),
    cache_s=60,
)  # fmt: skip
