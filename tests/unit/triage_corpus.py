"""A corpus of deliveries with the incident that each belongs to, drawn from stories of outages. It knows nothing of the code that is measured on it.

Three shops (services, who needs whom, clusters) have a story each at the same time, all names are drawn. What stories and their parts have in common
(a namespace, a cluster, a minute, a name in another stage) must not put them together.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.services.model import Service, WorkloadRef

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HASH = "bcdfghjklmnpqrstvwxz2456789"
SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fin",
    "gor",
    "hal",
    "jun",
    "kel",
    "lor",
    "mar",
    "nor",
    "pel",
    "quin",
    "ros",
    "sul",
    "tar",
    "vel",
    "wen",
    "yor",
    "zim",
)
ACUTE = (
    ("ErrorRateHigh", "critical"),
    ("LatencyHigh", "warning"),
    ("SaturationHigh", "warning"),
    ("CrashLooping", "critical"),
    ("RequestsDropped", "error"),
)


@dataclass(frozen=True)
class Delivery:
    id: str
    at: datetime
    source: str
    payload: dict[str, Any]
    truth: str


@dataclass
class Shop:
    cluster: str
    namespace: str
    names: list[str]
    below: dict[str, list[str]]
    rng: random.Random

    def above(self, name: str) -> list[str]:
        """Nearest first."""
        found: list[str] = []
        todo = [name]
        while todo:
            here = todo.pop(0)
            for one in self.names:
                if here in self.below[one] and one not in found:
                    found.append(one)
                    todo.append(one)
        return found

    def services(self) -> list[Service]:
        return [
            Service(
                name=name,
                workloads=(WorkloadRef(cluster=self.cluster, namespace=self.namespace, name=name),),
                load_balancer=f"{name}-lb",
                depends_on=tuple(self.below[name]),
            )
            for name in self.names
        ]


@dataclass
class Corpus:
    shops: list[Shop]
    deliveries: list[Delivery] = field(default_factory=list)

    def services(self) -> list[Service]:
        return [one for shop in self.shops for one in shop.services()]


def corpus(seed: int, rounds: int = 6) -> Corpus:
    """About 130 deliveries a round, in the order of their clock."""
    rng = random.Random(seed)
    words = rng.sample([one + other for one in SYLLABLES for other in SYLLABLES if one != other], 33)
    found = Corpus([_shop(rng, words[at * 11 : at * 11 + 11]) for at in range(3)])
    number = 0
    for turn in range(rounds):
        morning = START + timedelta(days=turn)
        for place, story in enumerate(rng.sample(STORIES, len(STORIES))):
            number += 1
            since: dict[tuple[str, str], datetime] = {}
            shop = found.shops[place % len(found.shops)]  # three at a time, each in another shop
            begins = morning + timedelta(minutes=320 * (place // len(found.shops)) + rng.uniform(0, 20))
            for at, truth, source, payload in story(rng, shop, f"story-{number}"):
                key, moment = f"d{len(found.deliveries)}", begins + timedelta(minutes=at)
                found.deliveries.append(Delivery(key, moment, source, payload, truth))
                told = (truth, str(payload.get("groupLabels")))
                _begin(payload, since.setdefault(told, moment))
                if payload.get("status") == "resolved":
                    del since[told]
    found.deliveries.sort(key=lambda one: one.at)
    return found


def _word(rng: random.Random) -> str:
    return "".join(rng.sample(SYLLABLES, 2))


def _shop(rng: random.Random, words: list[str]) -> Shop:
    """Nine services; the first six need one or two of those after them."""
    cluster, namespace, *names = words
    below = {
        name: rng.sample(names[place + 1 :], min(2, len(names) - place - 1)) if place < 6 else []
        for place, name in enumerate(names)
    }
    return Shop(f"cluster-{cluster}", namespace, names, below, rng)


def _begin(payload: dict[str, Any], first: datetime) -> None:
    """A repeat says when it began, which is when it was first told."""
    for alert in payload.get("alerts", ()):
        alert["startsAt"] = first.isoformat()


Told = tuple[float, str, str, dict[str, Any]]


def _pod(rng: random.Random, name: str) -> str:
    return f"{name}-{''.join(rng.choices(HASH, k=9))}-{''.join(rng.choices(HASH, k=5))}"


def _prometheus(
    rng: random.Random, shop: Shop, name: str, rule: tuple[str, str], status: str = "firing", **labels: str
) -> dict[str, Any]:
    title = name.title() + rule[0]
    alert = {
        "status": status,
        "labels": {"alertname": title, "severity": rule[1], "service": name, "namespace": shop.namespace, "cluster": shop.cluster, "pod": _pod(rng, name)} | labels,
        "annotations": {"summary": f"{name} is {rng.randint(5, 99)} % beyond its limit"},
        "fingerprint": f"{rng.getrandbits(64):016x}",
    }  # fmt: skip
    return {
        "version": "4",
        "status": status,
        "receiver": "bot",
        "alerts": [alert],
        "commonLabels": {},
        "groupLabels": {"alertname": title},
    }


def _slack(name: str, rule: tuple[str, str], status: str = "FIRING") -> dict[str, Any]:
    return {
        "type": "message",
        "bot_id": "BALERTS",
        "text": f"*[{status}:1] {name.title()}{rule[0]}* ({rule[1]})\nservice={name} value=91.{len(name)}",
    }


def _oracle(name: str, title: str, kind: str = "OK_TO_FIRING") -> dict[str, Any]:
    return {
        "dedupeKey": f"key-{name}-{title}", "title": title, "body": "the alarm changed its state", "type": kind, "severity": "CRITICAL",
        "timestampEpochMillis": 1772431200000, "version": 1.5,
        "alarmMetaData": [{"id": f"ocid1.alarm.oc1..{name}", "status": "FIRING", "severity": "CRITICAL", "namespace": "oci_lbaas", "query": "UnHealthyBackendServers[1m].max() > 0",
                           "totalMetricsFiring": 1, "dimensions": [{"resourceId": f"OCID1.LOADBALANCER.OC1..{name.upper()}", "resourceDisplayName": f"{name}-lb"}]}],
    }  # fmt: skip


def cascade(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """One service breaks, what needs it follows within minutes; told by three sources, repeated, then over from the bottom up."""
    root = rng.choice(shop.names[3:])
    hit = [root, *shop.above(root)[:4]]
    for place, name in enumerate(hit):
        rules = rng.sample(ACUTE, 2)
        begins = place * rng.uniform(0.3, 1.8)
        for step, rule in enumerate(rules):
            yield begins + step * 0.7, truth, "alertmanager", _prometheus(rng, shop, name, rule)
            yield (
                begins + step * 0.7 + 25,
                truth,
                "alertmanager",
                _prometheus(rng, shop, name, rule, "resolved"),
            )
        yield begins + 0.2, truth, "slack", _slack(name, rules[0])
        yield begins + 12, truth, "alertmanager", _prometheus(rng, shop, name, rules[0])
    yield 1.5, truth, "oci", _oracle(root, f"{root} backends are not healthy")
    yield 27.0, truth, "oci", _oracle(root, f"{root} backends are not healthy", "FIRING_TO_OK")


def relapse(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """Over, and back twenty minutes later: the same incident."""
    name, rule = rng.choice(shop.names), rng.choice(ACUTE)
    for at in (0.0, 28.0):
        yield at, truth, "alertmanager", _prometheus(rng, shop, name, rule)
        yield at + 7, truth, "alertmanager", _prometheus(rng, shop, name, rule, "resolved")


def next_day_is_another(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """Over, and back hours later: another incident."""
    name, rule = rng.choice(shop.names), rng.choice(ACUTE)
    for part, at in (("a", 0.0), ("b", 200.0)):
        yield at, f"{truth}{part}", "alertmanager", _prometheus(rng, shop, name, rule)
        yield at + 9, f"{truth}{part}", "alertmanager", _prometheus(rng, shop, name, rule, "resolved")


def two_leaves(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """Two services that do not need each other break in the same minute, in the same namespace: two incidents."""
    first, second = shop.names[-1], shop.names[-2]
    for name, part in ((first, "a"), (second, "b")):
        for step, rule in enumerate(rng.sample(ACUTE, 3)):
            yield (
                rng.uniform(0, 1) + step,
                f"{truth}{part}",
                "alertmanager",
                _prometheus(rng, shop, name, rule),
            )
            yield (
                14.0 + step,
                f"{truth}{part}",
                "alertmanager",
                _prometheus(rng, shop, name, rule, "resolved"),
            )


def stages(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """The same service in production and in staging: two incidents."""
    name, rule = rng.choice(shop.names), rng.choice(ACUTE)
    for part, stage in (("a", "production"), ("b", "staging")):
        place = {"environment": stage} | (
            {"namespace": f"{shop.namespace}-stg"} if stage == "staging" else {}
        )
        for step in range(3):
            yield step * 3.0, f"{truth}{part}", "alertmanager", _prometheus(rng, shop, name, rule, **place)


def certificate(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """A certificate that expires next week, while the service that has it breaks for another reason."""
    name = rng.choice(shop.names)
    yield (
        0.5,
        f"{truth}a",
        "alertmanager",
        _prometheus(rng, shop, name, ("CertificateExpiresSoon", "warning")),
    )
    for step, rule in enumerate(rng.sample(ACUTE, 3)):
        yield float(step), f"{truth}b", "alertmanager", _prometheus(rng, shop, name, rule)
    yield (
        240.0,
        f"{truth}a",
        "alertmanager",
        _prometheus(rng, shop, name, ("CertificateExpiresSoon", "warning")),
    )


def machine(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """A machine goes: everything that is said of it is one incident, told by three products."""
    host = f"node-{_word(rng)}-{rng.randint(1, 9)}"
    base = {"cluster": shop.cluster, "node": host}
    for at, rule in ((0.0, "NodeNotReady"), (0.6, "NodeNetworkDown"), (2.0, "NodeFilesystemReadOnly")):
        labels = {"alertname": rule, "severity": "critical"} | base
        yield (
            at,
            truth,
            "alertmanager",
            {
                "version": "4",
                "status": "firing",
                "alerts": [{"status": "firing", "labels": labels, "annotations": {}}],
            },
        )
    yield (
        1.0,
        truth,
        "generic",
        {
            "title": f"Host unreachable {rng.randint(1, 99)}",
            "priority": "P1",
            "status": "triggered",
            "host": host,
            "cluster": shop.cluster,
        },
    )
    yield (
        1.2,
        truth,
        "grafana",
        {
            "title": "[Alerting] machine load",
            "ruleName": "machine load",
            "ruleId": 7,
            "state": "alerting",
            "evalMatches": [{"value": 88, "metric": "load", "tags": {"host": host}}],
        },
    )
    yield (
        30.0,
        truth,
        "alertmanager",
        {
            "version": "4",
            "status": "resolved",
            "alerts": [
                {"status": "resolved", "labels": {"alertname": "NodeNotReady", "severity": "critical"} | base}
            ],
        },
    )


def strangers(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """Machines without any service that fail within the same minutes: one incident each."""
    for part in "abcd":
        host = f"vm-{_word(rng)}-{part}"
        for at in (0.0, 5.0):
            yield (
                rng.uniform(0, 1) + at,
                f"{truth}{part}",
                "generic",
                {
                    "alert": "DiskFull",
                    "severity": "high",
                    "state": "open",
                    "hostname": host,
                    "message": f"{rng.randint(91, 99)} % used",
                },
            )


def storm(rng: random.Random, shop: Shop, truth: str) -> Iterator[Told]:
    """Forty pods of one workload say the same within seconds."""
    name, rule = rng.choice(shop.names), ACUTE[3]
    for at in range(40):
        yield at * 0.02, truth, "alertmanager", _prometheus(rng, shop, name, rule)


STORIES: tuple[Callable[[random.Random, Shop, str], Iterator[Told]], ...] = (
    cascade, relapse, next_day_is_another, two_leaves, stages, certificate, machine, strangers, storm,
)  # fmt: skip
