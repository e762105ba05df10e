"""Reading a namespace into a snapshot, as far as it takes to find a cause: first what every question needs, then what the
symptoms call for, and only where these show no fault all the rest. Once a cause is found, another is looked for within a few
requests, and what was not looked at is named. A distant server is waited for a few times, each time for a batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from tools.cluster.api import Api, with_writers, without_noise
from tools.cluster.certificates import SECRETS
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.helmed import RECORDS, helmed
from tools.cluster.helm import RECORD, only_marks
from tools.cluster.kinds import ADDED, BY_PLURAL, CHAOS_MESH, KINDS, LITMUS
from tools.cluster.objects import finished, pod_ready, restarts
from tools.cluster.pod_logs import Wanted, of_failing, of_telling, read_logs
from tools.cluster.snapshot import Snapshot
from tools.cluster.symptoms import called_for
from tools.cluster.workloads import workloads
from tools.errors import GiveUp, NotAllowed, ToolError, TryLater
from tools.spec import Json

FIRST = ("pods", "events", "deployments", "services")
EVERY = ("ingresses", "horizontalpodautoscalers", "jobs", "cronjobs", "nodes", "statefulsets", "daemonsets", "poddisruptionbudgets", "replicasets")  # fmt: skip
NARROW = ("ingresses", "horizontalpodautoscalers", "nodes", "replicasets")
TELLING = "logs of pods that run"
BUDGET = 8  # requests; once a cause is known, no more are spent on looking for another
FEW = 2  # kinds that are looked at before the logs of what runs
NEEDED = {*FIRST, "replicasets"}  # with one of these missing everything else would mislead
Which = Callable[[Snapshot, frozenset[str]], Iterable[Wanted]]
FOLLOWED = 3  # times that what was read may call for more


async def collect(api: Api, namespace: str, now: datetime, focus: frozenset[str] = frozenset()) -> Snapshot:
    """A snapshot of the namespace; of what bears on them only, when the question is about Deployments.

    Raises:
        TryLater: the cluster does not answer: nothing may be concluded.
        NotAllowed: not even pods may be listed.
        GiveUp: there is no such namespace.
    """
    snap = Snapshot(api.name, namespace, now, {})
    await _read(api, snap, FIRST)
    _check(snap)
    narrow = bool(focus) and all(thing.startswith("deployment/") for thing in focus)
    wanted = NARROW if narrow else EVERY
    known = _added(api.known_groups, {CHAOS_MESH, LITMUS})
    failing = [
        *await _logs(of_failing, snap, focus),
        *(await _logs(of_telling, snap, focus) if focus else ()),
    ]
    await _follow(api, snap, [*_asked(focus), *_sick(snap, known)], failing)
    if await _found(api, snap, focus, wanted):
        await _look_on(api, snap, focus, wanted)
    await _helm(api, snap, focus)
    read = {(log.pod, log.container, log.previous) for log in snap.logs}
    unread = [TELLING] if any(one not in read for one in await _logs(of_telling, snap, focus)) else []
    snap.left = (*(kind for kind in wanted if not snap.knows(kind) and kind not in snap.refused and kind not in snap.spared), *unread)  # fmt: skip
    return snap


def _asked(focus: frozenset[str]) -> list[str]:
    """The kinds of what was asked about by kind and name: that it is there, too, must be seen."""
    named = {thing.partition("/")[0] for thing in focus}
    return [kind.plural for kind in KINDS if kind.singular in named]


async def _found(api: Api, snap: Snapshot, focus: frozenset[str], wanted: tuple[str, ...]) -> bool:
    """Looks further, a step at a time, until a cause is found; False when everything was looked at."""
    if await _explained(snap, focus):
        return True
    await _follow(api, snap, (), await _logs(of_telling, snap, focus))
    if await _explained(snap, focus):
        return True
    await _follow(api, snap, wanted[:1])
    if await _explained(snap, focus):
        return True
    every = (*wanted, *_added(await _groups(api, snap), set(ADDED)))
    if not await asyncio.to_thread(called_for, snap):  # nothing bad is seen that a ReplicaSet could explain
        snap.spared = frozenset({"replicasets"} - snap.items.keys())
    counted = [kind for kind in every if BY_PLURAL[kind].namespaced and kind not in snap.spared]
    await api.cluster.census.take(api, [kind for kind in counted if not snap.knows(kind)])
    _without(api, snap, counted)
    await _follow(api, snap, [kind for kind in every if kind not in snap.spared])
    return False


def _without(api: Api, snap: Snapshot, kinds: Iterable[str]) -> None:
    """Kinds of which the namespace holds nothing need not be asked for."""
    unread = [kind for kind in kinds if not snap.knows(kind)]
    for kind in api.cluster.census.absent(unread, snap.namespace, snap.items):
        snap.add(kind, [])


async def _look_on(api: Api, snap: Snapshot, focus: frozenset[str], wanted: tuple[str, ...]) -> None:
    """A cause is known; a second one that has nothing to do with it is looked for as far as the requests go."""
    _without(api, snap, wanted)
    left = [kind for kind in wanted if not snap.knows(kind) and kind != "replicasets"]
    await _read(api, snap, left[: max(0, min(FEW, BUDGET - api.asked))])
    await read_logs(api, snap, _some(await _logs(of_telling, snap, focus), snap, BUDGET - api.asked))
    left = [kind for kind in (*await asyncio.to_thread(called_for, snap), *left[FEW:]) if not snap.knows(kind) and kind not in snap.refused]  # fmt: skip
    await _read(api, snap, left[: max(0, BUDGET - api.asked)])


def _some(logs: Iterable[Wanted], snap: Snapshot, most: int) -> list[Wanted]:
    """As many of the logs that were not read as the requests go for."""
    read = {(log.pod, log.container, log.previous) for log in snap.logs}
    return [one for one in dict.fromkeys(logs) if one not in read][: max(0, most)]


async def widened(api: Api, seen: Snapshot, focus: frozenset[str]) -> Snapshot:
    """A snapshot like `seen`, with the logs of what else is looked at now, and what these call for."""
    snap = replace(seen, items=dict(seen.items), logs=list(seen.logs), unseen=list(seen.unseen), refused=dict(seen.refused), signals=())  # fmt: skip
    await _follow(
        api, snap, (), [*await _logs(of_failing, snap, focus), *await _logs(of_telling, snap, focus)]
    )
    return snap


async def _helm(api: Api, snap: Snapshot, focus: frozenset[str]) -> None:
    """How the releases stand that made what is in question, by the labels of Helm's records: their contents are not asked for.

    Only whoever may list Secrets sees them; that nobody may is said where something that Helm made does not do well.
    """
    mine = [
        w
        for w in await asyncio.to_thread(lambda: helmed(tuple(workloads(snap))))
        if not focus or {f"{w.kind}/{w.name}", f"*/{w.name}"} & focus
    ]
    if not mine:
        return
    try:
        found = await api.labels_of(
            SECRETS, snap.namespace, reduce=only_marks, fieldSelector=f"type={RECORD}"
        )
    except ToolError as error:
        if any(w.ready < w.desired for w in mine):
            snap.unseen.append(f"how Helm's releases stand: {error.reason}")
        return
    snap.add(RECORDS, found)


async def _logs(which: Which, snap: Snapshot, focus: frozenset[str]) -> list[Wanted]:
    """Worked out beside the event loop: there may be thousands of pods."""
    return await asyncio.to_thread(lambda: list(which(snap, focus)))


def _check(snap: Snapshot) -> None:
    if not snap.knows("pods"):
        raise NotAllowed(
            f"I may not list pods in namespace {snap.namespace} on {snap.cluster}",
            needs=f"list pods in {snap.namespace}",
        )


async def _explained(snap: Snapshot, focus: frozenset[str]) -> bool:
    """Whether what was asked about has a fault already: then what else there may be is not looked for."""
    return bool((await asyncio.to_thread(analyse, snap, focus)).faults)


def _sick(snap: Snapshot, kinds: list[str]) -> list[str]:
    """Experiments are looked for where something suffers."""
    suffering = (p for p in snap.of("pods") if not finished(p) and (not pod_ready(p) or restarts(p)))
    return kinds if any(suffering) else []


async def _groups(api: Api, snap: Snapshot) -> frozenset[str]:
    """Of the groups that somebody may have installed, those that are served."""
    try:
        return await api.groups()
    except ToolError as error:
        snap.unseen.append(f"which groups the API serves: {error.reason}")
        return frozenset()


def _added(served: frozenset[str], of: set[str]) -> list[str]:
    """Namespaced kinds of those groups, where they are served."""
    return [kind.plural for kind in KINDS if kind.group in served & of and kind.namespaced]


async def _follow(api: Api, snap: Snapshot, plurals: Iterable[str], logs: Iterable[Wanted] = ()) -> None:
    """Reads these, with what was seen so far calls for, then what that calls for, until nothing more is."""
    first = dict.fromkeys([*plurals, *await asyncio.to_thread(called_for, snap)])
    before = snap.rounds
    await asyncio.gather(_read(api, snap, first), read_logs(api, snap, logs))
    snap.rounds = before + 1
    for _ in range(FOLLOWED):
        more = [plural for plural in await asyncio.to_thread(called_for, snap) if plural not in snap.refused]
        if not more or not await _read(api, snap, more):
            return


async def _read(api: Api, snap: Snapshot, plurals: Iterable[str]) -> bool:
    """True when something was read that was not known."""
    wanted = [p for p in dict.fromkeys(plurals) if not snap.knows(p)]
    snap.rounds += bool(wanted)
    answers = await asyncio.gather(*(_one(api, snap.namespace, p) for p in wanted), return_exceptions=True)
    for plural, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, list):
            snap.add(plural, answer)
        else:
            _failed(snap, plural, answer)
    return any(snap.knows(plural) for plural in wanted)


def _failed(snap: Snapshot, plural: str, error: BaseException) -> None:
    if isinstance(error, TryLater) and plural in NEEDED:
        raise error
    if plural == "namespaces" and isinstance(error, GiveUp) and error.not_found:
        raise error
    if not isinstance(error, ToolError):
        raise error
    if isinstance(error, NotAllowed):
        snap.refused[plural] = error.reason
    if (gap := f"{plural}: {error.reason}") not in snap.unseen:
        snap.unseen.append(gap)


async def _one(api: Api, namespace: str, plural: str) -> list[Json]:
    kind = BY_PLURAL[plural]
    if plural == "namespaces":
        return [without_noise(await api.get(kind, "", namespace))]
    reduce = {"configmaps": _keys_only, "deployments": with_writers, "statefulsets": with_writers}.get(
        plural, without_noise
    )
    return await api.listing(kind, namespace if kind.namespaced else "", reduce=reduce)


def _keys_only(item: Json) -> Json:
    """A ConfigMap without its values, with the time of its last change."""
    keys = {key: "" for part in ("data", "binaryData") for key in item.get(part) or {}}
    changed = max((str(f.get("time") or "") for f in item["metadata"].get("managedFields") or []), default="")
    return without_noise({"metadata": item["metadata"], "keys": keys, "changed": changed})
