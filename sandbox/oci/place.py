"""What stands beside a program that runs in Oracle Cloud: an instance's metadata, the issuer of tokens, a cluster's proxy.

One http server for the first two; the cluster's has TLS and, as in Oracle Cloud, always the same port.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.oci.errors import Refused
from sandbox.oci.signing import certificates, signature
from sandbox.oci.signing.keys import Key
from sandbox.oci.signing.principals import Principals

GOODBYE_S: Final = 0.1  # a connection with TLS is closed only when both sides said so
CLUSTER_PORT: Final = 12250
HOST: Final = "127.0.0.1"
METADATA: Final = "/opc/v2"
GREETING: Final = "Bearer Oracle"  # without it the metadata service answers nobody


@dataclass
class Place:
    """Use as an async context manager. Tokens are for the first principal; `refuse` answers those who ask with that status."""

    principals: Principals
    region: str
    folder: Path
    clock: Callable[[], float]
    refuse: int = 0
    asked: list[str] = field(default_factory=list)
    _runners: list[web.AppRunner] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        self.authority = certificates.authority()
        one = self.principals.all[0]
        self.leaf = certificates.of_instance(self.authority, "local-instance", one.tenancy)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ca.crt").write_bytes(self.authority.pem)
        self.service_account = self._token(self.leaf.private.public_key())
        (self.folder / "token").write_text(self.service_account, encoding="utf-8")
        site = await self._serve(self._beside_an_instance())
        self.url = f"http://{HOST}:{site.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for runner in self._runners:
            await runner.cleanup()
        await asyncio.sleep(GOODBYE_S)

    async def in_a_cluster(self) -> None:
        """Also what a pod finds."""
        server = certificates.of_address(self.authority, HOST)
        chain = self.folder / "server.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(server.private_pem + server.pem)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(chain)
        app = web.Application()
        app.on_response_prepare.append(_last)
        app.router.add_post("/resourcePrincipalSessionTokens", self._of_a_pod)
        await self._serve(app, CLUSTER_PORT, tls)

    def of_a_function(self) -> dict[str, str]:
        """The environment of a function: its token and key, as files."""
        key = certificates.of_instance(self.authority, "local-function", self.principals.all[0].tenancy)
        (self.folder / "rpst").write_text(
            self._token(key.private.public_key(), res_tenant=self.principals.all[0].tenancy)
        )
        (self.folder / "private.pem").write_bytes(key.private_pem)
        return {
            "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
            "OCI_RESOURCE_PRINCIPAL_RPST": str(self.folder / "rpst"),
            "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": str(self.folder / "private.pem"),
            "OCI_RESOURCE_PRINCIPAL_REGION": self.region,
        }

    def _beside_an_instance(self) -> web.Application:
        app = web.Application()
        texts = {
            "/instance/region": self.region.encode(),
            "/identity/cert.pem": self.leaf.pem,
            "/identity/key.pem": self.leaf.private_pem,
            "/identity/intermediate.pem": self.authority.pem,
        }

        async def metadata(request: web.Request) -> web.Response:
            self.asked.append(request.path)
            if request.headers.get("Authorization") != GREETING:
                return web.Response(status=401)
            return web.Response(body=texts[request.path.removeprefix(METADATA)])

        for path in texts:
            app.router.add_get(METADATA + path, metadata)
        app.router.add_post("/v1/x509", self._of_an_instance)
        return app

    async def _of_an_instance(self, request: web.Request) -> web.Response:
        """A token for whoever signs with the key of the certificate that it shows."""
        self.asked.append(request.path)
        if self.refuse:
            return _error(self.refuse)
        body = await request.read()
        try:
            self._proven(signature.Received(request.method, request.path_qs, _lower(request), body))
        except (Refused, InvalidSignature, KeyError):
            return _error(401)
        return web.json_response({"token": self._token(_public(json.loads(body)["publicKey"]))})

    def _proven(self, request: signature.Received) -> None:
        signed = signature.read(request.headers.get("authorization", ""))
        if not signed.key_id.endswith(f"/fed-x509/{self.leaf.fingerprint}"):
            raise InvalidSignature
        text = signature.signing_string(signed.headers, request).encode()
        self.leaf.private.public_key().verify(signed.value, text, padding.PKCS1v15(), hashes.SHA256())

    async def _of_a_pod(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.refuse:
            return _error(self.refuse)
        if request.headers.get("Authorization") != f"Bearer {self.service_account}":
            return _error(401)
        public = _public((await request.json())["podKey"])
        token = self._token(public, res_tenant=self.principals.all[0].tenancy)
        return web.Response(body=base64.b64encode(json.dumps({"token": f"ST${token}"}).encode()))

    def _token(self, public: rsa.RSAPublicKey, **more: str) -> str:
        return self.principals.token(Key(self.folder, public), self.clock(), **more)

    async def _serve(
        self, app: web.Application, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> web.AppRunner:
        runner = web.AppRunner(app, access_log=None)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HOST, port, ssl_context=tls).start()
        return runner


async def _last(_: web.Request, answer: web.StreamResponse) -> None:
    """A connection with TLS that nobody closed outlives its server."""
    answer.force_close()


def _lower(request: web.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _public(text: str) -> rsa.RSAPublicKey:
    found: Any = serialization.load_der_public_key(base64.b64decode(text))
    if not isinstance(found, rsa.RSAPublicKey):
        raise KeyError("no RSA key")
    return found


def _error(status: int) -> web.Response:
    code = {401: "NotAuthenticated", 403: "NotAllowed"}.get(status, "InternalServerError")
    return web.json_response({"code": code, "message": "refused"}, status=status)
