"""A node of a cluster: found, shown, and what runs on it."""

from __future__ import annotations

from typing import Final

from tools.cluster.api import Api
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import annotated, condition, controller, finished, meta, name, spec
from tools.errors import AskBack, GiveUp
from tools.plan import Target
from tools.remediation.arguments import NodeArgs
from tools.remediation.single import Single, single
from tools.remediation.switching import WHOLE
from tools.services.where import allow
from tools.spec import Call, Json

NODES: Final = BY_PLURAL["nodes"]
MIRROR: Final = "kubernetes.io/config.mirror"


async def node(call: Call, args: NodeArgs) -> Single:
    """Raises AskBack naming nodes that are called nearly so, NotAllowed for who may not act on all of the cluster."""
    api = call.cluster(args.cluster)
    allow(call, api.name, WHOLE)
    try:
        return await single(api, NODES, "", args.name)
    except GiveUp as error:
        known = [name(item) for item in await api.listing(NODES, "")] if error.not_found else []
        near = tuple(one for one in known if args.name in one or one in args.name)[:8] or tuple(known[:8])
        if near:
            raise AskBack(f"There is no node {args.name} on {api.name}. Which one?", near) from error
        raise


def target_of(found: Single) -> Target:
    """Whoever changes a node touches every namespace."""
    return found.target.model_copy(update={"namespace": WHOLE})


async def pods_on(api: Api, node_name: str) -> list[Json]:
    """Pods that a drain would move: not those of DaemonSets, of the kubelet itself, nor those that have ended."""
    found = await api.listing(BY_PLURAL["pods"], "", fieldSelector=f"spec.nodeName={node_name}")
    return [pod for pod in found if not _stays(pod)]


def _stays(pod: Json) -> bool:
    ref = controller(pod) or {}
    return MIRROR in annotated(pod) or ref.get("kind") == "DaemonSet" or finished(pod)


def state(item: Json) -> str:
    ready = condition(item, "Ready").get("status") == "True"
    return f"{'ready' if ready else 'not ready'}{', cordoned' if spec(item).get('unschedulable') else ''}"


def others(nodes: list[Json], but: str) -> list[Json]:
    """Nodes that could take what leaves this one."""
    return [
        n
        for n in nodes
        if meta(n)["name"] != but and not spec(n).get("unschedulable") and state(n) == "ready"
    ]
