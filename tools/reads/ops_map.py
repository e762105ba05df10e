"""What is there to see from here, and which services would stand in the service map? Proposed, never written."""

from __future__ import annotations

from tools.reads.digest import counted, digest, listed, short
from tools.services.proposed import Eyes, look
from tools.services.proposing import Entry, Proposal, propose
from tools.spec import Args as Nothing
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool


class Args(Nothing):
    pass


async def run(call: Call, args: Args) -> Result:
    del args
    services = await call.clients.known_services()
    eyes = await look(call)
    known = [one for one in services.all(call.reach) if not one.discovered]
    found = propose(eyes.seen, known)
    return _result(eyes, found, [one.name for one in known])


def _result(eyes: Eyes, found: Proposal, known: list[str]) -> Result:
    spaces = sum(len(each) for each in eyes.namespaces.values())
    head = (
        f"I see {counted(len(eyes.namespaces), 'cluster')} with {counted(spaces, 'namespace')} that have workloads and "
        f"{counted(len(eyes.compartments), 'compartment')} of Oracle Cloud. "
        f"{counted(len(known), 'service')} in the map; {len(found.entries)} could be added."
    )
    lines = [f"{one.label}: {short('; '.join(one.sources.values()), 200)}" for one in found.entries]
    asks = [f"to ask: {one.label}: {ask}" for one in found.entries for ask in one.asks]
    gaps = [f"could not see: {'; '.join(eyes.unseen)}"] if eyes.unseen else []
    if found.odd:
        gaps.append(f"{counted(found.odd, 'workload')} left out: their labels hold no name of a service")
    if found.more:
        gaps.append(f"{found.more} more that did not fit here")
    if found.namesakes:
        gaps.append(f"left out, since a service of the map is called so: {listed(found.namesakes, 8)}")
    return Result(
        data=_json(eyes, found, known),
        digest=digest([head, *gaps, *lines, *asks]),
        scope=Scope(since="now"),
        evidence=tuple(_evidence(one) for one in found.entries[:8]),
        could_not_see=tuple(eyes.unseen),
        tables=(_table(found.entries),) if found.entries else (),
        untrusted=True,
    )


def _evidence(one: Entry) -> Evidence:
    ref = one.lines["workloads"][0]
    where = f"k8s:{ref['cluster']}/{ref['namespace']}/{ref['kind']}/{ref['name']}#metadata.labels"
    return Evidence(where, one.label, short(one.sources["workloads"], 160), untrusted=True)


def _table(entries: tuple[Entry, ...]) -> Table:
    rows = tuple(
        (one.label, listed([ref["name"] for ref in one.lines["workloads"]], 4), str(one.lines.get("owner", "-")), short("; ".join(one.asks), 120) or "-")
        for one in entries
    )  # fmt: skip
    return Table("Proposed services", ("service", "workloads", "owner", "to ask"), rows)


def _json(eyes: Eyes, found: Proposal, known: list[str]) -> Json:
    return {
        "clusters": [{"name": name, "namespaces": spaces} for name, spaces in sorted(eyes.namespaces.items())],
        "compartments": eyes.compartments,
        "entries": [one.json() for one in found.entries],
        "known": known,
        "odd": found.odd,
        "more": found.more,
        "namesakes": list(found.namesakes),
    }  # fmt: skip


OPS_MAP = Tool(
    name="ops_map",
    summary="What can be seen from here (clusters, namespaces, compartments), and which services could be added to the service map, each line with its source.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("propose a service map", "which services could be added to the service map?"),
)
