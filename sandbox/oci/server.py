"""The local OCI on one port: every service under its prefix, and /local/* for whoever drives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.listening import Listener, Running
from sandbox.oci.api import local
from sandbox.oci.api.front import Front
from sandbox.oci.api.routes import DOMAINS
from sandbox.oci.api.telling import tell
from sandbox.oci.services import SERVICES
from sandbox.oci.signing.principals import Principals
from sandbox.oci.tenancy.building import check, keys
from sandbox.oci.tenancy.file import TenancyFile
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.region import Region
from sandbox.oci.tenancy.tenancy import Tenancy

LARGEST: Final = 4 * 1024 * 1024
CLOSING_S: Final = 0.2


class LocalOci(Running):
    """Use as an async context manager. `state` keeps keys, the configuration file, resources and audit events.

    `clock` is what signatures are compared with and what everything is dated by; `speed` divides every wait.
    """

    def __init__(
        self,
        file: TenancyFile,
        state: Path,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        speed: float = 1.0,
    ) -> None:
        self._file, self._state, self._port = file, state, port
        self._clock, self._speed = clock, speed
        self._listener = Listener(CLOSING_S)
        self._domains: list[Listener] = []
        self.regions: dict[str, Region] = {}
        self.front: Front
        self.tenancy: Tenancy  # of the home region
        self.principals: Principals

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def endpoints(self) -> dict[str, str]:
        """By service; what the SDK takes as `service_endpoint`."""
        return {service: f"{self.url}/{service}" for service in SERVICES}

    @property
    def config_file(self) -> Path:
        return self.principals.config_file

    async def start(self) -> None:
        await asyncio.to_thread(self._prepare)
        app = web.Application(client_max_size=LARGEST, middlewares=[local.own_site])
        local.add_routes(app, self.front, self.info)
        app.router.add_route("*", "/{path:.*}", self.front.handle)
        self._port = await self._listener.open(app, self._port)
        for one in list(self.tenancy.records.of("identity", "Domain")):
            if one.body["type"] != "DEFAULT":
                await self._open_domain(one.id)

    async def _open_domain(self, ident: str) -> None:
        """A port of its own: the SDK takes no path in the address of an identity domain."""
        app, listener = web.Application(client_max_size=LARGEST), Listener(CLOSING_S)
        app.router.add_route("*", "/{path:.*}", partial(self.front.handle, under=f"/{DOMAINS}/{ident}"))
        self._domains.append(listener)
        port = await listener.open(app, 0)
        for region in self.regions.values():
            region.tenancy.domain_ports[ident] = port

    async def stop(self) -> None:
        for one in self._domains:
            await one.close()
        self._domains.clear()
        if self._listener.is_open:
            await self._listener.close()
            for region in self.regions.values():
                region.keep()

    def environment(self) -> dict[str, str]:
        """What a product needs to know of it: settings that it has anyway."""
        return {
            "OCI_CONFIG_FILE": str(self.config_file),
            "OCI_CONFIG_PROFILE": "DEFAULT",
            "OCI_CHANGE_PROFILE": "CHANGE",
            "OCI_ENDPOINTS": f"*={self.url}/{{region}}",
        }

    def info(self) -> dict[str, Any]:
        return {
            "oci_url": self.url,
            "oci_config_file": str(self.config_file),
            "oci_profiles": list(self.principals.profiles()),
            "oci_tenancy": self.tenancy.root,
            "oci_endpoints": self.endpoints,
            "oci_regions": {name: f"{self.url}/{name}" for name in self.regions},
        }

    def is_off(self, ident: str) -> bool:
        """Whether that is an instance and does not run, as of now."""
        self.tenancy.records.settle()
        found = self.tenancy.records.by_id.get(ident)
        return found is not None and found.state not in {"RUNNING", "PROVISIONING"}

    def _prepare(self) -> None:
        """Identity is the home region's; the others begin with what it knows."""
        self._state.mkdir(parents=True, exist_ok=True)
        begun = self._begun()
        names = [Names(self._file.name, one.name, begun) for one in self._file.regions]
        names.sort(key=lambda one: one.region != self._file.home.name)
        self.regions = {one.region: Region(self._file, one, self._state, self._clock) for one in names}
        home = self.regions[self._file.home.name]
        self.tenancy = home.tenancy
        users = {profile: (one, names[0].ocid("user", one)) for profile, one in self._file.principals.items()}
        self.principals = Principals(self._state, names[0].root, names[0].region, users)
        self.principals.write()
        self.principals.begin_session(self._clock())
        home.open(keys(self.principals, begun))
        for other in list(self.regions.values())[1:]:
            other.open(home.identity())
        check(self._file, [one.tenancy for one in self.regions.values()])
        self.front = Front(self.regions, self.principals, SERVICES, told=tell, speed=self._speed)

    def _begun(self) -> float:
        """When the scenario started, also after a restart."""
        path = self._state / "begun"
        if not path.is_file():
            path.write_text(repr(self._clock()), encoding="utf-8")
        return float(path.read_text(encoding="utf-8"))
