"""One part of a service in Oracle Cloud: its state, and whether it serves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from tools.errors import ToolError
from tools.metrics.charts import number
from tools.oracle.metrics import Asked, query, series
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed, token
from tools.spec import Call, Evidence, Json

SERVES = frozenset(
    {"RUNNING", "ACTIVE", "AVAILABLE", "AVAILABLE_NEEDS_ATTENTION", "BACKUP_IN_PROGRESS", "SCALE_IN_PROGRESS"}
    | {"UPDATING", "MAINTENANCE_IN_PROGRESS"}
)  # fmt: skip
LIMIT = 95.0  # per cent of a database's storage or cpu; beyond it, it is at its limit
LOOKS_BACK = timedelta(hours=3)
LIMITED = {"StorageUtilization": "storage", "CpuUtilization": "cpu"}
DATABASES = "oci_autonomous_database"


@dataclass(frozen=True, slots=True)
class Part:
    """`fault` says what is wrong with it, `note` what else is known, `unread` why not all of it was read."""

    kind: str
    name: str
    id: str
    region: str
    state: str
    fault: str = ""
    note: str = ""
    unread: str = ""
    proofs: tuple[Evidence, ...] = ()

    @classmethod
    def listed(cls, kind: str, item: Json) -> Part:
        """As a search shows it."""
        name = token(text_of(item, "displayName"), "of an unusual name")
        state = text_of(item, "lifecycleState").upper()
        made = cls(kind, name, text_of(item, "identifier"), text_of(item, "region"), state)
        return made.judged()

    def judged(self) -> Part:
        """With its state as a fault, where something in that state serves nobody, and as evidence."""
        proof = Evidence(f"oci:{self.id}#lifecycleState", self.label, self.state or "no state")
        fault = "" if self.state in SERVES or not self.state else f"is {self.state}"
        return replace(self, fault=fault, proofs=(proof,))

    @property
    def label(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def words(self) -> str:
        """`instance web-1 is RUNNING`."""
        if self.unread and not self.fault:
            return f"{self.label} is {self.state or 'of a state not told'} by the list of resources; it could not be read"
        told = self.fault or f"is {self.state or 'of a state not told'}"
        return f"{self.label} {told}{f' ({self.note})' if self.note else ''}"


async def instance(call: Call, where: Where, item: Json) -> Part:
    """Raises the three error words, as the others do."""
    del call
    part = Part.listed("instance", item)
    answer = await where.api.read("compute", "get_instance", region=part.region, instance_id=part.id)
    return replace(part, state=text_of(answer.data, "lifecycleState")).judged()


async def balancer(call: Call, where: Where, item: Json) -> Part:
    """Its backends as its own health checks see them."""
    del call
    part, service = Part.listed("load balancer", item), "load_balancer"
    answer = await where.api.read(service, "get_load_balancer", region=part.region, load_balancer_id=part.id)
    part = replace(part, state=text_of(answer.data, "lifecycleState")).judged()
    healths = await asyncio.gather(
        *(
            where.api.read(
                service, "get_backend_set_health",
                region=part.region, load_balancer_id=part.id, backend_set_name=name,
            )
            for name in answer.data.get("backendSets") or {}
        )
    )  # fmt: skip
    return _backends(part, [health.data for health in healths])


def _backends(part: Part, healths: list[Json]) -> Part:
    total = sum(int(one.get("totalBackendCount") or 0) for one in healths)
    bad = [str(name) for one in healths for name in one.get("criticalStateBackendNames") or []]
    unknown = sum(len(one.get("unknownStateBackendNames") or []) for one in healths)
    if not total:
        return replace(part, fault=part.fault or "has no backends")
    said = f"{total - len(bad) - unknown} of {total} backends answer"
    proof = Evidence(f"oci:{part.id}#health", f"{part.label}: backends", said)
    note = f"{said}; of {unknown} it is not known" if unknown else said
    fault = part.fault or (
        f"gets no answer from {len(bad)} of {total} backends: {listed(bad, 4)}" if bad else ""
    )
    return replace(part, fault=fault, note="" if bad else note, proofs=(*part.proofs, proof))


async def database(call: Call, where: Where, item: Json) -> Part:
    """Its state, and how near it is to its limits."""
    part = Part.listed("database", item)
    answer = await where.api.read(
        "database", "get_autonomous_database", region=part.region, autonomous_database_id=part.id
    )
    part = replace(part, state=text_of(answer.data, "lifecycleState")).judged()
    try:
        used = await asyncio.gather(*(_used(call, where, item, metric) for metric in LIMITED))
    except ToolError as error:
        return replace(part, unread=f"how near it is to its limits: {error.reason}")
    known = [one for one in used if one is not None]
    full = [f"{word} is at {number(value)} %" for word, value, _ in known if value >= LIMIT]
    fault = part.fault or (f"is at its limit: {listed(full)}" if full else "")
    note = listed([f"{word} {number(value)} %" for word, value, _ in known])
    proofs = tuple(Evidence(ref, f"{part.label}: {word}", f"{number(value)} %") for word, value, ref in known)
    return replace(part, fault=fault, note=note, proofs=(*part.proofs, *proofs))


async def _used(call: Call, where: Where, item: Json, metric: str) -> tuple[str, float, str] | None:
    """What of it, how much in per cent, and where that was read; None when nothing was measured."""
    text = query(metric, "5m", "max", [("resourceId", text_of(item, "identifier"))])
    asked = Asked(DATABASES, text, call.now - LOOKS_BACK, call.now)
    found = await series(where, text_of(item, "region"), text_of(item, "compartmentId"), asked)
    if not found:
        return None
    return LIMITED[metric], found[0].last, f"metric:{text}@{call.now:%Y-%m-%dT%H:%M:%SZ}"
