"""The API server: HTTPS on this machine, with kubeconfigs for the people of the story."""

import asyncio
import ssl
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.api.faults import Faults
from sandbox.cluster.api.front import Front
from sandbox.cluster.api.handlers import Handlers
from sandbox.cluster.api.logs import LogSource
from sandbox.cluster.api.metering import MetricSource
from sandbox.cluster.api.plain import Plain
from sandbox.cluster.api.record import Record
from sandbox.cluster.catalogue import METRICS
from sandbox.cluster.identity import kubeconfig
from sandbox.cluster.identity.authenticator import Authenticator
from sandbox.cluster.identity.authority import Authority
from sandbox.cluster.identity.tokens import Tokens
from sandbox.cluster.identity.users import MASTERS
from sandbox.cluster.seed import BOT, NOBODY, VIEWER, seed
from sandbox.cluster.store import Store

LARGEST_BODY: Final = 3 * 1024**2
TOKEN_SECONDS: Final = 30 * 86400.0
CLOSING_SECONDS: Final = 1.0


class ClusterServer:
    """Serves `store`. `directory` holds certificates, the token secret and the kubeconfigs, which outlive it.

    `requests` is the record of what was asked lately; `faults` what is to go wrong. Both are also reached at
    /sandbox/requests and /sandbox/faults with the admin kubeconfig.
    """

    def __init__(
        self,
        store: Store,
        directory: Path,
        *,
        logs: LogSource | None = None,
        metrics: MetricSource | None = None,
        port: int = 0,
    ) -> None:
        self.store = store
        self.requests = Record()
        self.faults = Faults()
        self.kubeconfigs: dict[str, Path] = {}
        self._directory = directory
        self._port = port
        self._runner: web.AppRunner | None = None
        self._authority = Authority(directory / "pki")
        store.root_certificate = self._authority.path.read_text()
        self._tokens = Tokens(directory / "pki", store.clock.now)
        if metrics is not None:
            for resource in METRICS:
                store.kinds().add(resource)
        authorizer = Authorizer(store)
        self._front = Front(
            store,
            authenticator=Authenticator(self._tokens),
            authorizer=authorizer,
            handlers=Handlers(store, authorizer, self._tokens, logs, metrics),
            plain=Plain(store.kinds(), self.requests, self.faults, lambda: f"127.0.0.1:{self._port}"),
            record=self.requests,
            faults=self.faults,
        )

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Seeds what a fresh cluster has, listens, and writes the kubeconfigs."""
        seed(self.store)
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._front.handle)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=CLOSING_SECONDS, handler_cancellation=True
        )
        await self._runner.setup()
        certificates = await asyncio.to_thread(self._context)
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=certificates)
        await site.start()
        self._port = self._runner.addresses[0][1]
        await asyncio.to_thread(self._write_kubeconfigs)

    async def stop(self) -> None:
        if self._runner is None:
            return
        connections = self._runner.server.connections if self._runner.server else []
        open_still = [connection.transport for connection in connections if connection.transport]
        await self._runner.cleanup()
        self._runner = None
        for transport in open_still:  # TLS does not end where the other side left without a word
            transport.abort()
        await asyncio.sleep(0)

    def token(self, user: str, groups: tuple[str, ...] = (), *, seconds: float = TOKEN_SECONDS) -> str:
        """A bearer token for anybody."""
        return self._tokens.issue(user, groups=groups, seconds=seconds)

    def kubeconfig(self, user: str, groups: tuple[str, ...] = (), *, file: str = "") -> Path:
        """A kubeconfig with a token for anybody, beside the four that are always there."""
        credentials = kubeconfig.with_token(self.token(user, groups))
        return self._write(file or user.replace(":", "-"), credentials)

    def _context(self) -> ssl.SSLContext:
        certificate, key = self._authority.server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(self._authority.path)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _write_kubeconfigs(self) -> None:
        admin = self._authority.client("admin", "kubernetes-admin", (MASTERS,))
        nobody = self._authority.client("nobody", NOBODY, ())
        users = {
            "admin": kubeconfig.with_certificate(admin),
            "bot": kubeconfig.with_token(self.token(BOT)),
            "viewer": kubeconfig.with_token(self.token(VIEWER)),
            "nobody": kubeconfig.with_certificate(nobody),
        }
        self.kubeconfigs = {name: self._write(name, credentials) for name, credentials in users.items()}

    def _write(self, name: str, credentials: dict[str, str]) -> Path:
        path = self._directory / f"{name}.kubeconfig"
        return kubeconfig.write(path, url=self.url, ca=self._authority.path, name=name, user=credentials)
