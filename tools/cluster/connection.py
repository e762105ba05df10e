"""One cluster's HTTP connection, blocking. The SDK brings kubeconfig, credentials and TLS; bodies stay plain JSON.

The only module that imports `kubernetes`, and only when a cluster is first talked to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tools.cluster.oke import Signer, Tokens, asked_of
from tools.errors import GiveUp, TryLater

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

AGENT = "cloudops"
POOL_SIZE = 8
CONNECT_S = 5.0
OTHER_SHAPE = (
    TypeError,
    KeyError,
    AttributeError,
    ValueError,
)  # what the client raises on a file that is something else


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `headers` have lower-case names; repeated `Warning` headers are in `warnings`."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def audit_id(self) -> str:
        return self.headers.get("audit-id", "")

    def json(self) -> Any:
        return json.loads(self.data)


@dataclass(frozen=True, slots=True)
class Source:
    """Where credentials come from: a context of a kubeconfig file, or the pod that we run in (`context` empty).

    `signer` makes the tokens of a cluster of Oracle, whose kubeconfig would have a command make them.
    """

    name: str
    kubeconfig: Path | None = None
    context: str = ""
    signer: Signer | None = None


class Connection:
    """Blocking requests to one API server. Thread-safe; never retries by itself."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._client, self._tokens = _open(source)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        headers: Sequence[tuple[str, str]] = (),
        timeout: float = 10.0,
    ) -> Response:
        """One request, `timeout` seconds for reading (connecting: at most 5). Of `headers` several may have one name.

        Raises:
            TryLater: no answer: refused, reset, timed out, TLS.
        """
        sent = partial(self._once, method, path, query=query, body=body, content_type=content_type, headers=headers, timeout=timeout)  # fmt: skip
        if self._tokens is None:
            return sent("")
        token = self._tokens.token()
        answer = sent(token)
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return answer
        self._tokens.forget(token)  # nothing was done: whoever is not known is not let in
        return sent(self._tokens.token())

    def _once(
        self,
        method: str,
        path: str,
        token: str,
        *,
        query: Mapping[str, Any] | None,
        body: Any,
        content_type: str,
        headers: Sequence[tuple[str, str]],
        timeout: float,
    ) -> Response:
        import urllib3

        client = self._client
        ours = {"Accept": "application/json", "User-Agent": client.user_agent}
        if body is not None:
            ours["Content-Type"] = content_type
        payload = json.dumps(body) if body is not None else None
        tail = f"?{urlencode(query, doseq=True)}" if query else ""
        try:
            client.update_params_for_auth(ours, [], ["BearerToken"], path, method, payload)
            if token:
                ours = {k: v for k, v in ours.items() if k.lower() != "authorization"}
                ours["Authorization"] = f"Bearer {token}"
            raw = client.rest_client.pool_manager.request(
                method,
                f"{client.configuration.host}{path}{tail}",
                body=payload,
                headers=_together(ours, headers),
                timeout=urllib3.Timeout(connect=min(CONNECT_S, timeout), read=timeout),
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise TryLater(_away(self.name, error), f"k8s:{self.name}") from error
        return Response(raw.status, raw.data, *_headers(raw.headers))

    def certificates(self, timeout: float) -> dict[str, bytes]:
        """What the two sides show each other: the server's in DER, the client's and the authority's in PEM. Raises TryLater."""
        used = self._client.configuration
        files = {"client": used.cert_file, "authority": used.ssl_ca_cert}
        found = {name: Path(file).read_bytes() for name, file in files.items() if file}
        return found | {"server": _shown_by(self.name, used.host, timeout)}

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]


def _shown_by(name: str, host: str, timeout: float) -> bytes:
    """The certificate that the server shows, a bad one too: it is looked at, and nothing is sent."""
    import socket
    import ssl
    from urllib.parse import urlsplit

    parts = urlsplit(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        address = (parts.hostname or "", parts.port or 443)
        with (
            socket.create_connection(address, timeout=min(CONNECT_S, timeout)) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as line,
        ):
            return line.getpeercert(binary_form=True) or b""
    except OSError as error:
        raise TryLater(f"cluster {name} cannot be reached", f"k8s:{name}") from error


def _together(ours: Mapping[str, str], more: Sequence[tuple[str, str]]) -> Any:
    """What is asked for takes the place of ours; a name that comes several times stays several headers."""
    import urllib3

    asked = {name.lower() for name, _ in more}
    found = urllib3.HTTPHeaderDict({name: value for name, value in ours.items() if name.lower() not in asked})
    for name, value in more:
        found.add(name, value)
    return found


def _headers(found: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    warnings = tuple(_warning(text) for text in found.getlist("Warning"))
    return {key.lower(): value for key, value in found.items()}, warnings


def _warning(header: str) -> str:
    """`299 - "text"` is how the API server writes a warning; the text is what people need."""
    _, quote, rest = header.partition('"')
    return rest.rsplit('"', 1)[0] if quote else header


def _away(name: str, error: Exception) -> str:
    import urllib3

    refused = isinstance(
        error, urllib3.exceptions.NewConnectionError
    )  # which urllib3 counts among its timeouts
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return f"cluster {name} did not answer in time"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"the TLS certificate of cluster {name} could not be verified"
    return f"cluster {name} cannot be reached"


def _open(source: Source) -> tuple[ApiClient, Tokens | None]:
    from kubernetes import client, config
    from kubernetes.config import ConfigException

    configuration = client.Configuration()
    oracle = asked_of(source.kubeconfig, source.context) if source.context and source.signer else None
    try:
        if oracle is not None:
            config.load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                oracle[0], context=source.context, client_configuration=configuration, persist_config=False
            )
        elif source.context:
            config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=str(source.kubeconfig) if source.kubeconfig else None,
                context=source.context,
                client_configuration=configuration,
                persist_config=False,
            )
        else:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except (ConfigException, OSError, *OTHER_SHAPE) as error:
        raise GiveUp(
            f"the kubeconfig of cluster {source.name} cannot be used", f"k8s:{source.name}"
        ) from error
    configuration.connection_pool_maxsize = POOL_SIZE
    configuration.retries = False
    api = client.ApiClient(configuration)
    api.user_agent = AGENT
    tokens = Tokens(oracle[1], source.signer) if oracle is not None and source.signer else None
    return api, tokens


def contexts(kubeconfig: Path | None) -> tuple[tuple[str, ...], str]:
    """Names of the contexts in a kubeconfig and the current one; both empty when none is set and there is no usual one.

    Raises:
        GiveUp: a kubeconfig is set, and it is not there or is none.
    """
    import yaml
    from kubernetes import config
    from kubernetes.config import ConfigException

    try:
        file = str(kubeconfig) if kubeconfig else None
        found, current = config.list_kube_config_contexts(file)  # type: ignore[no-untyped-call]
        return tuple(entry["name"] for entry in found), (current or {}).get("name", "")
    except (ConfigException, OSError, yaml.YAMLError, *OTHER_SHAPE) as error:
        if kubeconfig is None:
            return (), ""
        raise GiveUp(_unusable(kubeconfig)) from error


def _unusable(kubeconfig: Path) -> str:
    """What a person can do something about; the client's own words may quote the file, and so its keys."""
    files = [Path(name) for name in str(kubeconfig).split(os.pathsep)]
    if not any(file.exists() for file in files):
        return "the kubeconfig is not there"
    if any(file.is_dir() for file in files):
        return "the kubeconfig is a folder; name the file in it"
    if not all(os.access(file, os.R_OK) for file in files if file.exists()):
        return "the kubeconfig may not be read"
    return "the file is no kubeconfig, or names no current context"
