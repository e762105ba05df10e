"""Which kinds a namespace's symptoms call for: a kind is read when something seen so far speaks of it, not on suspicion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from tools.cluster.diagnosis.access import bound_roles
from tools.cluster.diagnosis.aggregated import DOWN
from tools.cluster.diagnosis.carriers import Carriers
from tools.cluster.diagnosis.reaching import cut_off
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import condition, controller, finished, meta, name, pod_ready, spec, status, when
from tools.cluster.revisions import revision_of
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import workloads
from tools.spec import Json

RELEASED = timedelta(hours=27)  # a day, and what is looked at before the newest release
CLAIMS = ("persistentvolumeclaims", "storageclasses")
WEBHOOKS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
REFUSALS = (
    ("quota", ("resourcequotas",)),
    (" usage per ", ("limitranges",)),
    ("PodSecurity", ("namespaces",)),
    ("webhook", WEBHOOKS),
    ("serviceaccount", ("serviceaccounts",)),
    ("service account", ("serviceaccounts",)),
)
EVERY_REFUSAL = tuple(dict.fromkeys(kind for _, kinds in REFUSALS for kind in kinds if kind != "namespaces"))
OWNERS = {"StatefulSet": ("statefulsets",), "DaemonSet": ("daemonsets",), "Job": ("jobs", "cronjobs")}
SPOKEN = OWNERS | {
    "HorizontalPodAutoscaler": ("horizontalpodautoscalers",),
    "CronJob": ("cronjobs", "jobs"),
    "ReplicaSet": ("replicasets",),
    "Ingress": ("ingresses",),
}
USUAL = {"SuccessfulCreate", "SuccessfulDelete", "SawCompletedJob", "Completed", "SuccessfulRescale", "Sync"}
_REMAINING = re.compile(r"(?P<plural>[a-z]+)\.[\w.-]* has \d+ resource")


def called_for(snap: Snapshot) -> list[str]:
    """Plural kinds that explain what was seen, and were not read yet."""
    wanted = dict.fromkeys(plural for rule in RULES for plural in rule(snap))
    return [plural for plural in wanted if not snap.knows(plural)]


def _owners(snap: Snapshot) -> Iterator[str]:
    for kind in {str((controller(pod) or {}).get("kind", "")) for pod in snap.of("pods")}:
        yield from OWNERS.get(kind, ())


def _spoken_of(snap: Snapshot) -> Iterator[str]:
    for event in snap.of("events"):
        if event.get("type") == "Warning" or event.get("reason") not in USUAL:
            about = str((event.get("involvedObject") or {}).get("kind", ""))
            if about != "ReplicaSet" or event.get("reason") == "FailedCreate":
                yield from SPOKEN.get(about, ())
        if event.get("reason") == "ProvisioningFailed":
            yield from CLAIMS
        if "disruption budget" in str(event.get("message", "")):
            yield "poddisruptionbudgets"


def _history(snap: Snapshot) -> Iterator[str]:
    """ReplicaSets, where a Deployment has several revisions and does not do well or did change lately, or where pods have no other owner."""
    if any(_has_history(snap, deployment) for deployment in snap.of("deployments")):
        yield "replicasets"
    if any((controller(pod) or {}).get("kind") == "ReplicaSet" and snap.root("pods", pod)[1] is pod for pod in snap.of("pods")):  # fmt: skip
        yield "replicasets"


def _has_history(snap: Snapshot, deployment: Json) -> bool:
    progress = condition(deployment, "Progressing")
    if condition(deployment, "ReplicaFailure").get("status") == "True" or progress.get("status") == "False":
        return True
    if revision_of(deployment) == 1:
        return False
    lately = not progress or snap.now - when(progress.get("lastUpdateTime")) < RELEASED
    return lately or int(status(deployment).get("readyReplicas") or 0) < int(spec(deployment).get("replicas", 1))  # fmt: skip


def _unwell(snap: Snapshot) -> Iterator[str]:
    for pod in snap.of("pods"):
        unscheduled = condition(pod, "PodScheduled")
        if unscheduled.get("status") == "False":
            yield "nodes"
            if "volume" in str(unscheduled.get("message", "")).lower():
                yield from CLAIMS
        elif meta(pod).get("deletionTimestamp") or status(pod).get("reason") == "Evicted":
            yield "nodes"
        elif not finished(pod) and not pod_ready(pod):
            yield from _not_ready(snap, pod)


def _not_ready(snap: Snapshot, pod: Json) -> Iterator[str]:
    states = (status(pod).get("initContainerStatuses") or []) + (status(pod).get("containerStatuses") or [])
    if all(state.get("ready") for state in states) or any(_killed(state) for state in states):
        yield "nodes"  # no container of it is at fault, or none alone
    waiting = {str(((s.get("state") or {}).get("waiting") or {}).get("reason", "")) for s in states} - {""}
    if any(w == "CrashLoopBackOff" or w.startswith("CreateContainer") for w in waiting):
        yield "configmaps"
    if waiting and snap.events("pods", pod, "FailedMount", "FailedAttachVolume", "FailedMapVolume"):
        yield from ("configmaps", "persistentvolumeclaims")


def _killed(state: Json) -> bool:
    ended = (state.get("lastState") or {}).get("terminated") or {}
    return ended.get("reason") == "OOMKilled"


def _services(snap: Snapshot) -> Iterator[str]:
    wanted = [s for s in snap.of("services") if spec(s).get("selector")]
    if any(spec(s).get("externalTrafficPolicy") == "Local" for s in wanted):
        yield "nodes"
    if wanted and snap.knows("pods"):
        carriers = Carriers(workloads(snap))
        if not all(carriers.selected(spec(s)["selector"]) for s in wanted):
            yield from ("statefulsets", "daemonsets", "replicasets", "endpointslices")


def _daemons(snap: Snapshot) -> Iterator[str]:
    for daemon in snap.of("daemonsets"):
        if int(status(daemon).get("numberReady") or 0) < int(status(daemon).get("desiredNumberScheduled") or 0):  # fmt: skip
            yield "nodes"


def _refused(snap: Snapshot) -> Iterator[str]:
    states = [condition(item, "ReplicaFailure") for p in ("deployments", "replicasets") for item in snap.of(p)]  # fmt: skip
    told = [str(e.get("message", "")) for e in snap.of("events") if e.get("reason") == "FailedCreate"]
    for message in {*told, *(str(s.get("message", "")) for s in states if s.get("status") == "True")}:
        found = [kind for words, kinds in REFUSALS if words in message for kind in kinds]
        yield from found or EVERY_REFUSAL


def _going(snap: Snapshot) -> Iterator[str]:
    """A namespace in which nothing lives may be going, or not be there at all; then what remains in it is asked for by name."""
    if all(meta(pod).get("deletionTimestamp") for pod in snap.of("pods")):
        yield "namespaces"
    for space in snap.of("namespaces"):
        if meta(space).get("deletionTimestamp"):
            said = str(condition(space, "NamespaceContentRemaining").get("message", ""))
            named = [m["plural"] for m in _REMAINING.finditer(said) if m["plural"] in BY_PLURAL]
            yield from named or ("configmaps", "persistentvolumeclaims", "serviceaccounts")
            if condition(space, "NamespaceDeletionDiscoveryFailure").get("status") == "True":
                yield "apiservices"


def _aggregated(snap: Snapshot) -> Iterator[str]:
    states = [condition(h, "ScalingActive") for h in snap.of("horizontalpodautoscalers")]
    if any(DOWN.search(str(text.get("message", ""))) for text in (*states, *snap.of("events"))):
        yield "apiservices"


def _signing(snap: Snapshot) -> Iterator[str]:
    """A node may wait for its certificate; one that carries nothing of the namespace explains nothing here."""
    used = {spec(pod).get("nodeName") for pod in snap.of("pods")}
    if any(condition(n, "Ready").get("status") != "True" for n in snap.of("nodes") if name(n) in used):
        yield "certificatesigningrequests"
    if any("certificatesigningrequest" in log.text.lower() for log in snap.logs):
        yield "certificatesigningrequests"


def _classes(snap: Snapshot) -> Iterator[str]:
    if any(spec(item).get("ingressClassName") for item in snap.of("ingresses")):
        yield "ingressclasses"
    if any(condition(item, "Accepted").get("status") != "True" for item in snap.of("gateways")):
        yield "gatewayclasses"


def _logged(snap: Snapshot) -> Iterator[str]:
    """Rights where a log speaks of them, policies where one speaks of being cut off; policies select by the namespace's labels, too."""
    texts = [log.text for log in snap.logs]
    if any(words in text for text in texts for words in ("cannot list", "cannot get", "is forbidden")):
        yield from ("rolebindings", "clusterrolebindings", *bound_roles(snap))
    if any(map(cut_off, texts)):
        yield "networkpolicies"
    if snap.of("networkpolicies"):
        yield "namespaces"


RULES: tuple[Callable[[Snapshot], Iterator[str]], ...] = (
    _owners,
    _spoken_of,
    _history,
    _unwell,
    _services,
    _daemons,
    _refused,
    _going,
    _aggregated,
    _signing,
    _classes,
    _logged,
)
