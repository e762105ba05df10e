"""The parts of a service in Oracle Cloud: load balancer, databases, instances, and whether each of them serves."""

from __future__ import annotations

from pydantic import Field

from tools.errors import GiveUp, TryLater
from tools.oracle.where import CloudArgs
from tools.reads.digest import digest, proved
from tools.services.cloud import Cloud, parts_of
from tools.services.model import Service
from tools.services.parts import Part
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

COLUMNS = ("part", "name", "state", "region", "note")


class Args(CloudArgs):
    service: str = Field(max_length=80, description="service name from the service map")


async def run(call: Call, args: Args) -> Result:
    services = await call.clients.known_services()
    place = Scope(namespace=args.compartment or "")
    service = services.named(args.service, call.reach) or services.resolve(args.service, place, call.reach)
    cloud = await parts_of(call, service)
    if not cloud.parts and cloud.unseen:
        raise TryLater(cloud.unseen[0], "oci")
    if not cloud.parts:
        raise GiveUp(f"the service map and the tags name no part of {service.name} in Oracle Cloud", "oci")
    return _result(service, cloud)


def _result(service: Service, cloud: Cloud) -> Result:
    fine = [part for part in cloud.parts if not part.fault and not part.unread]
    shown = [*cloud.faulty, *(part for part in cloud.parts if not part.fault)]
    head = (
        f"{len(cloud.faulty)} of {len(shown)} parts of {service.name} in Oracle Cloud do not serve."
        if cloud.faulty
        else f"{len(fine)} of {len(shown)} parts of {service.name} in Oracle Cloud serve."
    )
    return Result(
        data={
            "service": service.name,
            "parts": [as_json(part) for part in shown],
            "healthy": not cloud.faulty,
        },
        digest=digest([head, *proof_lines(shown), *unseen_lines(cloud)]),
        scope=Scope(compartment=cloud.compartment, service=service.name),
        evidence=facts(shown),
        ruled_out=tuple(ruled_out(fine)),
        could_not_see=cloud.unseen,
        tables=(table(shown),),
    )


def ruled_out(fine: list[Part]) -> list[str]:
    """Parts that serve, those of one kind in one line."""
    kinds = dict.fromkeys(part.kind for part in fine)
    return [f"Oracle Cloud: {', '.join(part.words for part in fine if part.kind == kind)}" for kind in kinds]


def proof_lines(shown: list[Part], first: int = 1) -> list[str]:
    """Each part with the number of the evidence that tells most of it: its last."""
    lines: list[str] = []
    for part in shown:
        first += len(part.proofs)
        lines += proved([part.words], 1, first - 1) if part.proofs else [part.words]
    return lines


def facts(shown: list[Part]) -> tuple[Evidence, ...]:
    return tuple(proof for part in shown for proof in part.proofs)


def unseen_lines(cloud: Cloud) -> list[str]:
    return [f"could not see: {'; '.join(cloud.unseen)}"] if cloud.unseen else []


def table(shown: list[Part]) -> Table:
    rows = tuple((p.kind, p.name, p.state, p.region, p.fault or p.note or p.unread) for p in shown)
    return Table("Parts in Oracle Cloud", COLUMNS, rows)


def as_json(part: Part) -> Json:
    return {
        "kind": part.kind, "name": part.name, "id": part.id, "region": part.region, "state": part.state,
        "fault": part.fault, "note": part.note, "words": part.words,
    }  # fmt: skip


OCI_SERVICE = Tool(
    name="oci_service",
    summary="Whether a service's parts in Oracle Cloud serve: load balancer backends, database up or full, stopped instance.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("is the database of reports up?", "load balancer of frontend"),
    cache_s=10,
)
