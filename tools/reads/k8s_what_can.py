"""What may somebody do in the cluster? Everything that a user, group or service account holds, and through what."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from tools.access.holders import GROUP
from tools.cluster.rbac import groups_of
from tools.cluster.rights.access import Access, account, read
from tools.cluster.rights.holding import Holding, holdings, holdings_of_group
from tools.cluster.rights.risks import Risk, risks
from tools.cluster.snapshot import near_names
from tools.reads.digest import counted, digest, listed, proved
from tools.reads.oke_people import Known, known
from tools.services.where import Place, find
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

PROVED = 10
KEPT = 300  # holdings in the data
GROUPS = "which groups somebody is in: the cluster does not know it; name them to have them counted"


class Args(Scoped):
    who: str = Field(min_length=1, max_length=200, description="user, group, system:serviceaccount:<ns>:<name>, or a service account's name")  # fmt: skip
    groups: tuple[str, ...] = Field((), max_length=20, description="groups that the user is in")
    limit: int = Field(30, ge=1, le=200, description="how many lines")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    access = await read(place.api, "", call.reach)
    who, group = _who(access, args.who, place.namespace)
    named = [subject[1] for binding in access.rules.bindings for subject in binding.subjects]
    people = await known(call, named, who if who not in named else "")
    if people.subject:  # known in Oracle Cloud: there a subject is an OCID
        who, group = people.subject, people.kind == GROUP
    args = args.model_copy(update={"groups": (*args.groups, *people.groups)})
    found = holdings_of_group(access, who) if group else holdings(access, who, args.groups)
    found = [_named(one, people) for one in found if _shown(call, place, one)]
    dangerous = [risk for risk in risks(access, everything=True) if risk.subject in {who, *args.groups}]
    dangerous = [r for r in dangerous if not r.namespace or call.reach.namespace(place.api.name, r.namespace)]
    access = replace(access, unseen=(*access.unseen, *people.unseen))
    return _result(place, access, args, (people.called(who), group), (found, dangerous))


def _named(one: Holding, people: Known) -> Holding:
    """With the names of its groups beside their OCIDs."""
    one.groups = {people.called(group) for group in one.groups}
    return one


def _who(access: Access, text: str, namespace: str) -> tuple[str, bool]:
    """The subject's full name, and whether it is a group: of a service account the bare name is enough."""
    if text.startswith("system:serviceaccount:"):
        return text, False
    subjects = [subject for binding in access.rules.bindings for subject in binding.subjects]
    if any((kind, named) == ("User", text) for kind, named, _ in subjects):
        return text, False
    if any((kind, named) == ("Group", text) for kind, named, _ in subjects):
        return text, True
    space, slash, named = text.partition("/")
    full = account(space if slash else namespace, named if slash else text)
    return (full, False) if full in access.accounts else (text, False)


def _shown(call: Call, place: Place, one: Holding) -> bool:
    """In the namespace that was asked about, or everywhere; never where the person may not look."""
    if not one.namespace:
        return True
    return one.namespace == (place.namespace or one.namespace) and call.reach.namespace(
        place.api.name, one.namespace
    )


def _result(
    place: Place, access: Access, args: Args, who: tuple[str, bool], what: tuple[list[Holding], list[Risk]]
) -> Result:
    (subject, group), (found, dangerous) = who, what
    shown = found[: args.limit]
    person = not group and not subject.startswith("system:")
    unseen = (*access.unseen, *((GROUPS,) if person and not args.groups else ()))
    risky = [f"risky ({r.level}): {r.what}: {r.why}" for r in dangerous[:5]]
    rest = [f"showing {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    gaps = [f"could not see: {'; '.join(unseen)}"] if unseen else []
    return Result(
        data={
            "subject": subject,
            "kind": "group" if group else "user",
            "groups": [*args.groups, *(() if group else groups_of(subject))],
            "rights": [_json(one) for one in found[:KEPT]],
            "total": len(found),
            "risks": [{"risk": r.slug, "level": r.level, "why": r.why, "may": r.what, "ref": r.ref} for r in dangerous],
        },
        digest=digest([_head(place, access, (subject, group), found), *proved(map(_line, shown), PROVED), *risky, *rest, *gaps]),
        scope=place.scope("now"),
        evidence=tuple(_evidence(one) for one in shown[:PROVED]),
        could_not_see=unseen,
        tables=(Table(f"What {subject} may do", ("where", "resource", "verbs", "through"), tuple(map(_row, shown))),) if shown else (),
    )  # fmt: skip


def _head(place: Place, access: Access, who: tuple[str, bool], found: list[Holding]) -> str:
    subject, group = who
    kind = "members of group " if group else ""
    if any(one.resource == "*.*" and "*" in one.verbs and not one.namespace for one in found):
        return f"Everything: {kind}{subject} may do everything on {place.api.name}."
    own = [one for one in found if any(g not in groups_of(subject) for g in one.groups) or not one.groups]
    if own:
        spaces = sorted({one.namespace for one in own if one.namespace})
        wide = sum(not one.namespace for one in own)
        places = [*([f"{counted(wide, 'right')} everywhere"] if wide else []), *([f"rights in {listed(spaces, 6)}"] if spaces else [])]  # fmt: skip
        return f"{kind}{subject} on {place.api.name} has {' and '.join(places)}."
    known = {s[1] for b in access.rules.bindings for s in b.subjects if s[0] != "ServiceAccount"}
    near = near_names(subject, known | access.accounts.keys()) if subject not in access.accounts else []
    hint = f" Similar names: {', '.join(near)}." if near else ""
    return f"No binding on {place.api.name} names {subject}: it has what everybody has.{hint}"


def _where(one: Holding) -> str:
    return f"in {one.namespace}" if one.namespace else "everywhere"


def _through(one: Holding) -> str:
    bindings = [f"{b.kind} {b.name} of {b.role_kind} {b.role}" for b in one.by.values()]
    return listed(bindings, 2) + (f" by group {listed(sorted(one.groups), 2)}" if one.groups else "")


def _what(one: Holding) -> str:
    return one.resource + (f" named {listed(list(one.names), 3)}" if one.names else "")


def _line(one: Holding) -> str:
    return f"{_where(one)}: {_what(one)}: {one.words}: through {_through(one)}"


def _row(one: Holding) -> tuple[str, ...]:
    return (_where(one), _what(one), one.words, _through(one))


def _evidence(one: Holding) -> Evidence:
    ref, binding = next(iter(one.by.items()))
    return Evidence(
        ref,
        f"{binding.kind} {binding.name}",
        f"{binding.role_kind} {binding.role}: {_what(one)}: {one.words}",
    )


def _json(one: Holding) -> Json:
    return {
        "namespace": one.namespace,
        "resource": one.resource,
        "names": list(one.names),
        "verbs": sorted(one.verbs),
        "through": [{"kind": b.kind, "name": b.name, "namespace": b.namespace, "role_kind": b.role_kind, "role": b.role} for b in one.by.values()],
        "groups": sorted(one.groups),
    }  # fmt: skip


K8S_WHAT_CAN = Tool(
    name="k8s_what_can",
    summary="What a user, group or service account may do in the cluster by Kubernetes RBAC: all rights, where, and through which binding.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "what can alice do in the cluster?",
        "what may service account checkout in shop do?",
        "which rights has group platform on kubernetes?",
    ),
    cache_s=30,
)
