"""The local OCI on one port: every service under its prefix, and /local/* for whoever drives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox.oci.api import local
from sandbox.oci.api.front import Front
from sandbox.oci.api.telling import tell
from sandbox.oci.api.tokens import RetryTokens
from sandbox.oci.services import SERVICES
from sandbox.oci.signing.principals import Principals
from sandbox.oci.tenancy import kept
from sandbox.oci.tenancy.audit import AuditLog
from sandbox.oci.tenancy.building import build, remember, with_keys
from sandbox.oci.tenancy.file import TenancyFile
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.records import Records
from sandbox.oci.tenancy.tenancy import Tenancy

LARGEST: Final = 4 * 1024 * 1024
CLOSING_S: Final = 0.2


class LocalOci:
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
        self._runner: web.AppRunner | None = None
        self.front: Front
        self.tenancy: Tenancy
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
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self._keep()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def environment(self) -> dict[str, str]:
        """What a product needs to know of it: settings that it has anyway."""
        return {
            "OCI_CONFIG_FILE": str(self.config_file),
            "OCI_CONFIG_PROFILE": "DEFAULT",
            "OCI_CHANGE_PROFILE": "CHANGE",
            "OCI_ENDPOINTS": ",".join(f"{name}={url}" for name, url in self.endpoints.items()),
        }

    def info(self) -> dict[str, Any]:
        return {
            "oci_url": self.url,
            "oci_config_file": str(self.config_file),
            "oci_profiles": list(self.principals.profiles()),
            "oci_tenancy": self.tenancy.root,
            "oci_endpoints": self.endpoints,
        }

    def is_off(self, ident: str) -> bool:
        """Whether that is an instance and does not run, as of now."""
        self.tenancy.records.settle()
        found = self.tenancy.records.by_id.get(ident)
        return found is not None and found.state not in {"RUNNING", "PROVISIONING"}

    def _prepare(self) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        state = kept.read(self._path) or kept.State(begun=self._clock())
        names = Names(self._file.name, self._file.home.name, state.begun)
        records = Records(self._clock)
        audit = AuditLog(self._state / "audit.jsonl")
        self.tenancy = Tenancy(self._file, names, records, audit)
        users = {profile: (name, names.ocid("user", name)) for profile, name in self._file.principals.items()}
        self.principals = Principals(self._state, names.root, names.region, users)
        self.principals.write()
        if state.records:
            kept.fill(records, state)
            audit.load()
        else:
            build(self._file, names, records)
            with_keys(self.principals, records, state.begun)
            remember(self.tenancy)
            self._tokens = RetryTokens()
            self._keep()
        self._tokens = RetryTokens(state.tokens)
        self.front = Front(
            self.tenancy, self.principals, SERVICES,
            told=tell, kept=self._keep, tokens=self._tokens, speed=self._speed,
        )  # fmt: skip

    @property
    def _path(self) -> Path:
        return self._state / "tenancy.json"

    def _keep(self) -> None:
        records = self.tenancy.records
        kept.write(self._path, records, self.tenancy.names.begun, self._tokens.as_json())
        records.unsaved = False
