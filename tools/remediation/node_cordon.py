"""Keep new pods off a node; those that run there stay."""

from __future__ import annotations

from typing import Final

from tools.errors import GiveUp
from tools.plan import Action, Blast, Draft, FieldChange
from tools.remediation import node as nodes
from tools.remediation.arguments import NodeArgs
from tools.remediation.switching import Switch
from tools.remediation.writing import apply_marked, checked, dry_run
from tools.spec import Call, Risk

SWITCH: Final = Switch("unschedulable", wanted=True, what="unschedulable")


async def plan(call: Call, args: NodeArgs) -> Draft:
    found = await nodes.node(call, args)
    if SWITCH.is_on(found.item):
        raise GiveUp(f"node {found.name} is cordoned already: nothing to change", f"k8s:{found.api.name}")
    everything = await found.api.listing(nodes.NODES, "")
    left = nodes.others(everything, found.name)
    running = await nodes.pods_on(found.api, found.name)
    draft = Draft(
        action="node_cordon",
        args={"cluster": found.api.name, "name": found.name},
        target=nodes.target_of(found),
        title=f"Cordon node {found.name}",
        shown=SWITCH.shown(found.item),
        changes=(FieldChange(path="spec.unschedulable", before="false", after="true"),),
        dry_run="",
        blast=Blast(objects=1, summary=f"no pod is moved; the {len(running)} pods on it stay"),
        reversible=True,
        undo="uncordon it",
        rollback={"unschedulable": False},
        write=SWITCH.write(found, on=True),
        check=SWITCH.check(call, found, "the node takes no new pods"),
        before={"node": nodes.state(found.item), "other nodes that take pods": str(len(left))},
        warnings=() if left else ("no other node takes pods: what is stopped or new waits",),
        risk=Risk.LOW if left else Risk.HIGH,
    )
    return await checked(call, draft, found.version)


NODE_CORDON = Action(
    name="node_cordon",
    summary="Keep new pods off a node.",
    args=NodeArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("node", "nodes", "pods"),
    writes=("node: spec.unschedulable",),
    verified="the node takes no new pods",
    needs_kubernetes=("get,list,patch nodes", "list pods"),
    needs_oci=(),
    examples=("cordon node worker-2", "cordon worker-1", "mark node worker-3 as unschedulable"),
    says=(
        "cordon [off] [the] [node] {name}",
        "(keep|take) new pods off [the] [node] {name}",
        "mark [the] [node] {name} [as] unschedulable",
    ),
    plan=plan,
    reread=SWITCH.reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=SWITCH.effect,
    observe=SWITCH.observe,
    roll_back=SWITCH.roll_back,
    observe_rollback=SWITCH.observe_rollback,
)
