"""Set the image of one container; the pods are replaced by ones that run it."""

from __future__ import annotations

from tools.approved import Approved
from tools.cluster.images import parsed, running_digest
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import containers, template
from tools.cluster.returning import known_bad
from tools.cluster.revisions import Revision, revisions
from tools.cluster.templates import differences
from tools.errors import GiveUp, ToolError
from tools.plan import Action, Applied, Draft, FieldChange, Observation
from tools.remediation.arguments import ImageArgs
from tools.remediation.concerns import general, replaced
from tools.remediation.containers import which
from tools.remediation.drafting import check, kept_template, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.workload import Subject, newest_pods, shown, subject
from tools.remediation.writing import (
    STRATEGIC,
    apply_marked,
    checked,
    dry_run,
    effect_marked,
    observe_template_back,
    patch,
    reread,
    restore_template,
    reverted,
    watch,
)
from tools.spec import Call, Json, Risk

HOLD_S = 6.0  # software that falls over does so a moment after it was ready


async def plan(call: Call, args: ImageArgs) -> Draft:
    found = await subject(call, args)
    container = which(found, args.container)
    name, now = str(container["name"]), str(container.get("image", ""))
    if now == args.image:
        raise GiveUp(
            f"container {name} of {found.name} already has image {now}: nothing to change; a restart pulls a tag again"
        )
    history = revisions(found.item, found.replicasets)
    managed = await owner(found.api, found.item)
    body = {"spec": {"template": {"spec": {"containers": [{"name": name, "image": args.image}]}}}}
    draft = Draft(
        action="set_image",
        args=resolved(found, args, container=name),
        target=found.target,
        title=f"Set image of {found.name} to {args.image}",
        shown=shown(found.item),
        changes=(FieldChange(path=f"containers[{name}].image", before=_from(found, history, name, now), after=_to(history, name, args.image)),),
        dry_run="",
        blast=replaced(found),
        reversible=True,
        undo=f"put the previous template with {now} back",
        rollback=kept_template(found),
        write=patch(found.path, STRATEGIC, body),
        check=check(call, found, "the new pods run this image and all are available", hold_s=held(HOLD_S, managed), container=name, image=args.image),
        before=await _facts(call, found, name),
        ownership=managed,
        warnings=(*_warnings(now, args.image), *await _bad(found, history, name, args.image), *general(found), *reverting(managed)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def _image(holder: Json, container: str) -> str:
    """`holder` is a pod template or a pod."""
    return next((str(c.get("image", "")) for c in containers(holder) if c["name"] == container), "")


def _digests(found: Subject, container: str) -> str:
    known = sorted({running_digest(pod, container) for pod in newest_pods(found)} - {""})
    return ", ".join(known)


def _from(found: Subject, history: tuple[Revision, ...], container: str, image: str) -> str:
    where = [f"revision {history[-1].number}"] if history else []
    digests = _digests(found, container)
    where += [digests] if digests and digests not in image else []
    return f"{image} ({', '.join(where)})" if where else image


def _to(history: tuple[Revision, ...], container: str, image: str) -> str:
    ran = [str(r.number) for r in history[:-1] if r.latest and _image(r.template, container) == image]
    return f"{image} (ran as revision {ran[-1]})" if ran else image


async def _facts(call: Call, found: Subject, container: str) -> dict[str, str]:
    running = sorted({_image(pod, container) for pod in newest_pods(found)} - {""})
    digests = _digests(found, container)
    words = ", ".join(running) + (f" ({digests})" if digests else "")
    return await measure(call, found) | {"image": words or "no pods"}


def _warnings(before: str, after: str) -> list[str]:
    old, new = parsed(before), parsed(after)
    said = []
    if new.moving:
        said.append(
            f"{after} is a moving name: pods may run different software under it, and going back to it may not bring back the same"
        )
    if old.repository != new.repository:
        said.append(f"it comes from another place: {new.repository} instead of {old.repository}")
    return said


async def _bad(found: Subject, history: tuple[Revision, ...], container: str, image: str) -> list[str]:
    """What the cluster knows against the image, from revisions that ran it."""
    ran = {r.number for r in history[:-1] if _image(r.template, container) == image}
    if not ran:
        return []
    try:
        events = await found.api.listing(BY_PLURAL["events"], found.namespace, fieldSelector="reason=BackOff")
    except ToolError as error:
        return [f"events: {error.reason}"]
    bad = known_bad(found.item, history, found.pods, events)
    return [
        f"revision {n} ran this image and is KNOWN TO BE BAD: {why}" for n, why in bad.items() if n in ran
    ]


async def observe(call: Call, draft: Draft) -> Observation:
    container, image = str(draft.check.params["container"]), str(draft.check.params["image"])

    def wrong(found: Subject) -> str:
        there = _image(template(found.item), container) == image
        return "" if there else reverted(found, draft, "the image")

    return await watch(call, draft, wrong)


async def roll_back(call: Call, approved: Approved) -> Applied:
    draft = approved.draft
    back = (draft.rollback or {})["template"]
    container, image = str(draft.check.params["container"]), str(draft.check.params["image"])

    def ours(found: Subject) -> bool:
        only = {c.path for c in differences(template(found.item), back)} == {
            f"spec.containers[{container}].image"
        }
        return only and _image(template(found.item), container) == image

    return await restore_template(call, approved, ours)


SET_IMAGE = Action(
    name="set_image",
    summary="Set the image of a container of a Deployment, StatefulSet or DaemonSet.",
    args=ImageArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("workload", "replicasets", "pods", "events", "GitOps objects that own it"),
    writes=("workload: spec.template.spec.containers[].image",),
    verified="all pods run the new image and are available",
    needs_kubernetes=(
        "get,patch deployments.apps,statefulsets.apps,daemonsets.apps",
        "list replicasets.apps,pods,events",
    ),
    needs_oci=(),
    examples=(
        "set the image of checkout to shop/checkout:2.4.1",
        "deploy image shop/cart:1.9 to cart",
        "set image of container app in payments to shop/payments:5.1.3",
    ),
    says=(
        "set {workload}'s image to {image}",
        "(set|change|update|switch) [the] (image|container image) of {workload} to {image}",
        "(set|change|update|switch) [the] {workload} image to {image}",
        "(deploy|roll out|release) [image] {image} (to|on) {workload}",
        "set image {workload} {image}",
        "(set|change|update) [the] image of [the] container {container} (in|of) {workload} to {image}",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=effect_marked,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_template_back,
)
