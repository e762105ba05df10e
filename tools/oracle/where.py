"""From what a person named to compartments and regions. Asks back instead of guessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from tools.errors import AskBack, NotAllowed
from tools.oracle.api import Api
from tools.oracle.compartments import Compartment
from tools.oracle.oracle import Tenancy
from tools.spec import Args, Call, Json, Scope

OCID = r"^ocid1\.[a-z0-9_-]+\.[a-z0-9]*\.[a-z0-9-]*\..+$"


class CompartmentArgs(Args):
    """Arguments that name a compartment of Oracle Cloud. What is left out means: all that may be seen."""

    service: str | None = Field(None, max_length=80, description="service name from the service map")
    compartment: str | None = Field(
        None,
        max_length=400,
        description="compartment: name, path like shop/prod, or OCID; with everything below it",
    )


class CloudArgs(CompartmentArgs):
    """The same with a region, for what is regional."""

    region: str | None = Field(
        None, max_length=40, description="region, e.g. eu-frankfurt-1; left out: all subscribed regions"
    )


@dataclass(frozen=True, slots=True)
class Where:
    """`compartments` are those that the person may see, `top` the one that was named (the root when none was)."""

    api: Api
    tenancy: Tenancy
    top: Compartment
    compartments: tuple[Compartment, ...]
    regions: tuple[str, ...]
    service: str = ""

    def scope(self, since: str = "") -> Scope:
        regions = self.regions[0] if len(self.regions) == 1 else f"{len(self.regions)} regions"
        return Scope(compartment=self.top.path, region=regions, service=self.service, since=since)

    def path(self, resource: Json) -> str:
        return self.tenancy.compartments.path(text_of(resource, "compartmentId")) or "not told"

    def covers(self, resource: Json) -> bool:
        """Whether a listed resource is in a compartment that the person may see and asked about."""
        return text_of(resource, "compartmentId") in {one.id for one in self.compartments}


async def find(call: Call, args: CompartmentArgs) -> Where:
    """The compartments and regions that the arguments name.

    Raises:
        AskBack: a compartment or region is not known, or fits several.
        NotAllowed: the person may not look there.
        GiveUp, TryLater: no Oracle Cloud is configured, or it does not answer.
    """
    cloud = call.clients.cloud
    api = cloud.reading(call.deadline_s, f"cloudops-{call.request}" if call.request else "")
    tenancy = await cloud.tenancy(api)
    tree = tenancy.compartments
    if not any(call.reach.compartment(one.path) for one in tree.all):
        raise NotAllowed(
            "no compartment of Oracle Cloud is open to you here", needs="a compartment in the policy"
        )
    top = tree.find(args.compartment, call.reach) if args.compartment else tree.root
    seen = tuple(one for one in tree.below(top) if call.reach.compartment(one.path))
    if not seen:
        raise NotAllowed(
            f"compartment {top.path} is outside what you may see here", needs=f"compartment {top.path}"
        )
    wanted = args.region if isinstance(args, CloudArgs) else None
    return Where(api, tenancy, top, seen, _regions(tenancy, wanted), args.service or "")


def _regions(tenancy: Tenancy, wanted: str | None) -> tuple[str, ...]:
    names = tuple(region.name for region in tenancy.regions)
    if wanted is None:
        return tenancy.asked
    found = [name for name in names if wanted.lower() in {name, name.split("-")[1]}]
    if len(found) != 1:
        raise AskBack(f"I know no region {wanted!r}. Which one?", names)
    return (found[0],)


def text_of(resource: Json, *path: str) -> str:
    """The text at `path`, empty when anything on the way is missing: Oracle leaves out what its models promise."""
    found: Any = resource
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
