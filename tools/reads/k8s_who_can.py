"""Who may do this in the cluster? RBAC evaluated over roles and bindings, each answer with the binding that proves it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from pydantic import Field

from tools.cluster.api import Api
from tools.cluster.kinds import BY_PLURAL, KINDS
from tools.cluster.rbac import Ask, Grant, Rules
from tools.errors import NotAllowed, ToolError
from tools.reads.digest import TABLED, counted, digest, listed, proved
from tools.reads.oke_people import known
from tools.services.where import Place, find
from tools.spec import NAME, Call, Evidence, Json, Result, Scoped, Table, Tool

GROUPS = "who is in a group: the cluster does not know it"
PROVED = 10  # grants that are evidence
_RESOURCE = r"^[a-z*][a-z0-9.*-]*(/[a-z*]+)?$"
_VERB = r"^[a-z*][a-z:-]*$"
_SHORT = {word: kind for kind in KINDS for word in (kind.singular, *kind.short)}
_EXTRA_GROUPS = {"secrets": "", "pods": "", "leases": "coordination.k8s.io"}


class Args(Scoped):
    verb: str = Field(max_length=40, pattern=_VERB, description="get, list, create, delete ...")
    resource: str = Field(
        max_length=100, pattern=_RESOURCE, description="deployments, pods/exec, deployments.apps/scale"
    )
    name: str | None = Field(None, max_length=253, pattern=NAME, description="one object's name")
    who: str | None = Field(None, max_length=200, description="one user or system:serviceaccount:<ns>:<name>")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    ask = asked(args, place.namespace)
    rules, unseen = await read_rules(place.api, place.namespace)
    named = {subject[1] for binding in rules.bindings for subject in binding.subjects}
    people = await known(call, named, args.who if args.who and args.who not in named else "")
    user = people.subject or args.who  # a person of Oracle Cloud is an OCID there
    found = rules.proofs(user, ask, people.groups) if user else rules.grants(ask)
    grants = [g for g in found if _reachable(call, place, g)]
    proof = await _reviewed(place.api, args, ask, grants) if not people.subject else []
    unseen = [*unseen, *people.unseen]
    groups = (
        _groups(rules, ask)
        if args.who and not args.who.startswith("system:") and not grants and not people.subject
        else ()
    )
    grants = [replace(g, subject=people.called(g.subject)) for g in grants]
    return _result(place, args, ask, grants, [*unseen, *proof], groups=groups)


def _groups(rules: Rules, ask: Ask) -> tuple[str, ...]:
    """Through which a person might hold it all the same: the cluster does not know who is in a group."""
    return tuple(dict.fromkeys(g.subject for g in rules.grants(ask) if g.subject_kind == "Group"))


def asked(args: Args, namespace: str) -> Ask:
    """The question with its API group: `deployments.apps/scale`, `deploy` and `deployments` are the same kind."""
    resource, _, sub = args.resource.partition("/")
    plain, _, group = resource.partition(".")
    kind = BY_PLURAL.get(plain) or _SHORT.get(plain)
    if kind is not None:
        plain, group = kind.plural, group or kind.group
    return Ask(
        args.verb,
        group or _EXTRA_GROUPS.get(plain, ""),
        plain + (f"/{sub}" if sub else ""),
        namespace,
        args.name or "",
    )


def _reachable(call: Call, place: Place, grant: Grant) -> bool:
    return not grant.binding.namespace or call.reach.namespace(place.api.name, grant.binding.namespace)


async def read_rules(api: Api, namespace: str) -> tuple[Rules, list[str]]:
    """Roles and bindings, four lists; what may not be read is said.

    Raises:
        NotAllowed: no bindings at all may be read: no answer is possible.
    """
    plurals = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")
    kinds = [BY_PLURAL[p] for p in plurals]
    answers = await asyncio.gather(
        *(api.listing(k, namespace if k.namespaced else "") for k in kinds), return_exceptions=True
    )
    lists: list[list[Json]] = []
    unseen: list[str] = []
    for plural, answer in zip(plurals, answers, strict=True):
        if isinstance(answer, NotAllowed):
            unseen.append(f"{plural}: {answer.reason}; grants that need them are not in the answer")
            lists.append([])
        elif isinstance(answer, BaseException):
            raise answer
        else:
            lists.append(answer)
    if len(unseen) == len(plurals):
        raise NotAllowed(
            "I may not read roles and bindings there, so I cannot say who may do it",
            needs="list roles and bindings",
        )
    return Rules.build(api.name, [*lists[0], *lists[1]], [*lists[2], *lists[3]]), unseen


async def _reviewed(api: Api, args: Args, ask: Ask, grants: list[Grant]) -> list[str]:
    """The server's own word on one answer; a difference is said."""
    users = [args.who] if args.who else [g.subject for g in grants if g.subject_kind != "Group"][:1]
    if not users:
        return []
    resource, _, sub = ask.resource.partition("/")
    attributes = {
        "verb": ask.verb,
        "group": ask.group,
        "resource": resource,
        "subresource": sub,
        "namespace": ask.namespace,
        "name": ask.name,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": users[0], "resourceAttributes": attributes},
    }
    try:
        answer = await api.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    except ToolError as error:
        return [f"the server's own review: {error.reason}"]
    allowed = bool((answer.get("status") or {}).get("allowed"))
    if allowed == bool(grants):
        return []
    return [
        f"the server's own review says {'yes' if allowed else 'no'} for {users[0]}: another authoriser or a group decides too"
    ]


def _result(
    place: Place,
    args: Args,
    ask: Ask,
    grants: list[Grant],
    unseen: list[str],
    *,
    groups: tuple[str, ...] = (),
) -> Result:
    where = f"in namespace {ask.namespace}" if ask.namespace else "in every namespace"
    what = f"{ask.verb} {ask.resource}{f'.{ask.group}' if ask.group else ''}{f' {ask.name}' if ask.name else ''} {where}"
    if groups:
        head = f"Not by name: no binding names {args.who} for {what} on {place.api.name}. Members of {counted(len(groups), 'group')} may, and the cluster does not know who is in a group: {listed(groups, 6)}."
    elif args.who:
        head = f"{'Yes' if grants else 'No'}: {args.who} {'may' if grants else 'may not'} {what} on {place.api.name} by RBAC."
    else:
        head = f"{len({g.subject for g in grants})} subjects may {what} on {place.api.name} by RBAC (members of system:masters always may)."
    rows = tuple(
        (
            g.subject_kind,
            g.subject,
            f"{g.binding.kind} {g.binding.name}",
            f"{g.binding.role_kind} {g.binding.role}",
        )
        for g in grants
    )
    data: Json = {
        "question": what,
        "allowed": bool(grants) if args.who else None,
        "grants": [{"kind": g.subject_kind, "subject": g.subject, "binding": g.binding.name, "binding_kind": g.binding.kind, "binding_namespace": g.binding.namespace, "role": g.binding.role, "role_kind": g.binding.role_kind, "rule": g.rule} for g in grants],
    }  # fmt: skip
    return Result(
        data=data,
        digest=digest([head, *proved((f"{k} {s}: through {b} of {r}" for k, s, b, r in rows), PROVED), *([f"could not see: {'; '.join(unseen)}"] if unseen else [])]),
        scope=place.scope("now"),
        evidence=tuple(Evidence(g.binding.ref, f"{g.binding.kind} {g.binding.name}", f"{g.subject_kind} {g.subject} -> {g.binding.role_kind} {g.binding.role}") for g in grants[:PROVED]),
        could_not_see=(*unseen, *([GROUPS] if not args.who and any(g.subject_kind == "Group" for g in grants) else [])),
        tables=(Table(f"Who can {ask.verb} {ask.resource}", ("kind", "subject", "binding", "role"), rows[:TABLED], len(rows)),) if rows else (),
    )  # fmt: skip


K8S_WHO_CAN = Tool(
    name="k8s_who_can",
    summary="Who may do something in the cluster by Kubernetes RBAC, or whether one user may, with the binding that proves it.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "who can delete pods in shop?",
        "who can patch deployments/scale?",
        "may system:serviceaccount:shop:checkout list secrets?",
    ),
    cache_s=30,
)
