"""Let a node take new pods again."""

from __future__ import annotations

from typing import Final

from tools.errors import GiveUp
from tools.plan import Action, Blast, Draft, FieldChange
from tools.remediation import node as nodes
from tools.remediation.arguments import NodeArgs
from tools.remediation.switching import Switch
from tools.remediation.writing import apply_marked, checked, dry_run
from tools.spec import Call, Risk

SWITCH: Final = Switch("unschedulable", wanted=False, what="unschedulable")


async def plan(call: Call, args: NodeArgs) -> Draft:
    found = await nodes.node(call, args)
    if not SWITCH.is_on(found.item):
        raise GiveUp(f"node {found.name} is not cordoned: nothing to change", f"k8s:{found.api.name}")
    state = nodes.state(found.item)
    draft = Draft(
        action="node_uncordon",
        args={"cluster": found.api.name, "name": found.name},
        target=nodes.target_of(found),
        title=f"Uncordon node {found.name}",
        shown=SWITCH.shown(found.item),
        changes=(FieldChange(path="spec.unschedulable", before="true", after="false"),),
        dry_run="",
        blast=Blast(objects=1, summary="no pod is moved; new ones may come to it"),
        reversible=True,
        undo="cordon it again",
        rollback={"unschedulable": True},
        write=SWITCH.write(found, on=False),
        check=SWITCH.check(call, found, "the node takes new pods"),
        before={"node": state},
        warnings=() if state.startswith("ready") else (f"the node is {state}: new pods on it may not start",),
        risk=Risk.LOW,
    )
    return await checked(call, draft, found.version)


NODE_UNCORDON = Action(
    name="node_uncordon",
    summary="Let a cordoned node take new pods again.",
    args=NodeArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("node",),
    writes=("node: spec.unschedulable",),
    verified="the node takes new pods",
    needs_kubernetes=("get,list,patch nodes",),
    needs_oci=(),
    examples=("uncordon node worker-2", "make worker-2 schedulable again"),
    says=(
        "uncordon [the] [node] {name}",
        "(make|mark) [the] [node] {name} [as] schedulable [again]",
        "let [the] [node] {name} take [new] pods [again]",
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
