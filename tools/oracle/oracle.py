"""Oracle Cloud: the reading principal, the changing one, and what rarely changes about the tenancy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.errors import NotAllowed
from tools.oracle.api import Account, Api
from tools.oracle.compartments import Tree
from tools.oracle.connection import Connection
from tools.oracle.credentials import Principal
from tools.oracle.services import SERVICES, Endpoints

KEPT_S = 300.0  # compartments and regions


@dataclass(frozen=True, slots=True)
class OracleConfig:
    """`change` None: nothing can be changed, whatever people approve."""

    read: Principal
    change: Principal | None = None
    endpoints: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    home: bool


@dataclass
class Tenancy:
    """What was read of it, and when."""

    id: str
    regions: tuple[Region, ...]
    asked: tuple[str, ...]  # the regions that answer apart from each other
    compartments: Tree
    at: float

    @property
    def home(self) -> str:
        """Where Identity is written and Usage is asked."""
        return next((region.name for region in self.regions if region.home), self.regions[0].name)


@dataclass
class Oracle:
    """Nothing is opened before it is used."""

    read_by: Account
    change_by: Account | None
    clock: Callable[[], float] = time.monotonic
    _tenancy: Tenancy | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def load(cls, config: OracleConfig) -> Oracle:
        endpoints = Endpoints.parse(config.endpoints)
        change = Account(Connection(config.change, endpoints)) if config.change else None
        return cls(Account(Connection(config.read, endpoints)), change)

    def prepare(self) -> None:
        """Blocking: imports what the SDK needs for each service that we use."""
        from tools.oracle import sdk

        sdk.imported(about.module for about in SERVICES.values() if not about.rare)

    def reading(self, seconds: float, request: str = "") -> Api:
        """A handle whose calls all end before `seconds` from now; Oracle's own audit names them `request`."""
        return Api(self.read_by, asyncio.get_running_loop().time() + seconds, request)

    def changing(self, seconds: float, request: str = "") -> Api:
        """Raises NotAllowed when no principal for changes is configured."""
        if self.change_by is None:
            raise NotAllowed(
                "I have no rights to change anything in Oracle Cloud: no OCI_CHANGE_PROFILE is set",
                "oci",
                needs="OCI_CHANGE_PROFILE",
            )
        return Api(self.change_by, asyncio.get_running_loop().time() + seconds, request)

    async def tenancy(self, api: Api) -> Tenancy:
        """Regions and compartments, read again when five minutes old. Raises the three error words."""
        async with self._reading:
            if self._tenancy is None or self.clock() - self._tenancy.at > KEPT_S:
                self._tenancy = await self._read(api)
            return self._tenancy

    async def _read(self, api: Api) -> Tenancy:
        credentials = await asyncio.to_thread(self.read_by.connection.credentials)
        root = credentials.tenancy
        regions, compartments = await asyncio.gather(
            api.listing("identity", "list_region_subscriptions", tenancy_id=root),
            api.listing(
                "identity",
                "list_compartments",
                compartment_id=root,
                compartment_id_in_subtree=True,
                access_level="ACCESSIBLE",
            ),
        )
        subscribed = tuple(
            Region(str(one["regionName"]), one.get("isHomeRegion") is True)
            for one in regions.items
            if one.get("regionName") and (one.get("status") or "READY") == "READY"
        )
        known = subscribed or (Region(credentials.region, home=True),)
        home = next((region.name for region in known if region.home), known[0].name)
        asked = (
            (home,) if self.read_by.connection.endpoints.one_place else tuple(region.name for region in known)
        )
        return Tenancy(root, known, asked, Tree(root, compartments.items), self.clock())

    def cluster_token(self, cluster: str, region: str) -> str:
        """A bearer token for an OKE cluster, as who reads. Blocking. Raises GiveUp, NotAllowed."""
        from tools.oracle.cluster_tokens import cluster_token

        return cluster_token(self.read_by.connection.credentials(), cluster, region)

    def forget(self) -> None:
        """After a change of what `tenancy` holds."""
        self._tenancy = None

    def close(self) -> None:
        for account in (self.read_by, self.change_by):
            if account is not None:
                account.close()
