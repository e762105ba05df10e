"""Each cluster: is it there, which version, and what may our credentials do?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings
    from tools.cluster.api import Api

SECONDS = 8.0
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
READS = (
    ("list", "", "pods"), ("get", "", "pods/log"), ("list", "", "events"), ("list", "apps", "deployments"),
    ("list", "apps", "replicasets"), ("list", "", "services"), ("list", "", "nodes"),
)  # fmt: skip
WRITES = (("patch", "apps", "deployments"), ("patch", "apps", "deployments/scale"))
TOO_MUCH = (("*", "*", "*"), ("get", "", "secrets"), ("create", "", "pods/exec"))
RBAC = "kubectl apply -f deploy/kubernetes/rbac.yaml"


async def clusters(settings: Settings) -> list[Line]:
    from tools.cluster.clusters import Clusters
    from tools.errors import ToolError

    offered = tuple(filter(None, (name.strip() for name in settings.kube_contexts.split(","))))
    try:
        found = await asyncio.to_thread(Clusters.load, settings.kubeconfig, offered)
    except ToolError as error:
        return [wrong("clusters", error.reason, "correct KUBECONFIG or KUBE_CONTEXTS")]
    if not found.names:
        return [off("clusters", "none: set KUBECONFIG, or run inside a cluster")]
    try:
        each = await asyncio.gather(*(_cluster(found.at(name, SECONDS)) for name in found.names))
    finally:
        await asyncio.to_thread(found.close)
    return [line for lines in each for line in lines]


async def _cluster(api: Api) -> list[Line]:
    from tools.errors import ToolError

    area = f"cluster {api.name}"
    try:
        version = (await api.read("/version")).get("gitVersion", "of unknown version")
        cannot = [_spell(what) for what in READS if not await _may(api, *what)]
        changes = [what for what in WRITES if await _may(api, *what)]
        too_much = [_spell(what) for what in TOO_MUCH if await _may(api, *what)]
        impersonates = await _may(api, "impersonate", "", "users")
    except ToolError as error:
        return [wrong(area, error.reason, "check KUBECONFIG, the network and the credentials")]
    lines = [fine(area, f"{version}; {_spoken(changes=bool(changes), impersonates=impersonates)}")]
    lines += [wrong(area, f"may not read: {', '.join(cannot)}", RBAC)] if cannot else []
    lines += [_wide(area, too_much)] if too_much else []
    return lines


def _spoken(*, changes: bool, impersonates: bool) -> str:
    rights = "may change workloads" if changes else "read-only"
    return f"{rights}; {'may impersonate any user' if impersonates else 'may not impersonate just anybody'}"


def _wide(area: str, rights: list[str]) -> Line:
    return wrong(area, f"may do more than it needs: {', '.join(rights)}", RBAC)


def _spell(what: tuple[str, str, str]) -> str:
    verb, group, resource = what
    return "everything" if verb == "*" else f"{verb} {resource}{f'.{group}' if group else ''}"


async def _may(api: Api, verb: str, group: str, resource: str) -> bool:
    name, _, sub = resource.partition("/")
    asked: dict[str, Any] = {"verb": verb, "group": group, "resource": name}
    if sub:
        asked["subresource"] = sub
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    answer = await api.create(REVIEWS, body)
    return bool((answer.get("status") or {}).get("allowed"))
