"""The Oracle SDK, in the one module that imports it at its top; others import this one when they first need it.

What it would do by itself is switched off here: a request is sent once, and no longer than its caller waits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import oci
from oci.base_client import HeaderParsingError, OCIHTTPAdapter

CONNECT_S: Final = 5.0
POOL_SIZE: Final = 8  # connections of a client, as many as the threads that use it

LARGEST: Final = 64 << 20  # bytes of a file that is read
CHUNK: Final = 1 << 16
REQUEST_ID: Final = "opc-request-id"

_this = threading.local()


def say(seconds: float, request: str) -> None:
    """Of the requests of this thread from now on: how long each may take, and what Oracle's records call it."""
    _this.seconds, _this.request = seconds, request


class Adapter(OCIHTTPAdapter):  # type: ignore[misc]
    """A client has one timeout for all calls and takes no request id for most; here both are the call's."""

    def send(self, request: Any, **options: Any) -> Any:
        seconds, name = getattr(_this, "seconds", CONNECT_S), getattr(_this, "request", "")
        if name:
            request.headers[REQUEST_ID] = name
        try:
            return super().send(request, **{**options, "timeout": (min(CONNECT_S, seconds), seconds)})
        except HeaderParsingError as error:  # on which the SDK would send again, writes too
            raise requests.exceptions.ConnectionError(error) from error


def imported(modules: Iterable[str]) -> None:
    """The SDK imports a service's module when it is first looked at."""
    for module in modules:
        getattr(oci, module)


def client(module: str, name: str, config: dict[str, Any], **options: Any) -> Any:
    """A client that neither retries nor breaks and answers with plain dicts. Raises ValueError, InvalidConfig."""
    kind = getattr(getattr(oci, module), name)
    made = kind(
        config,
        retry_strategy=oci.retry.NoneRetryStrategy(),
        circuit_breaker_strategy=oci.circuit_breaker.NoCircuitBreakerStrategy(),
        skip_deserialization=True,
        **options,
    )
    for scheme in ("https://", "http://"):
        made.base_client.session.mount(scheme, Adapter(pool_connections=1, pool_maxsize=POOL_SIZE))
    return made


class TooLong(Exception):
    """A file that is larger than what is read here."""


def whole(data: Any) -> Any:
    """Answers that are files come as an open connection: read here to their end. Raises TooLong."""
    if not isinstance(data, requests.Response):
        return data
    found = bytearray()
    with data:
        for chunk in data.iter_content(CHUNK):
            found += chunk
            if len(found) > LARGEST:
                raise TooLong
    return bytes(found)


def instance(federation: str) -> Any:
    """Signs as the instance that this runs on; `federation` is the address of its tokens, empty for Oracle's own."""
    return oci.auth.signers.InstancePrincipalsSecurityTokenSigner(
        federation_endpoint=federation,
        retry_strategy=oci.retry.NoneRetryStrategy(),
        federation_client_retry_strategy=oci.retry.NoneRetryStrategy(),
        federation_client_circuit_breaker_strategy=oci.circuit_breaker.NoCircuitBreakerStrategy(),
    )


def resource() -> Any:
    """Signs as the function or other resource that this runs in, by what its environment names."""
    return oci.auth.signers.get_resource_principals_signer()


def workload(token_file: Path | None = None) -> Any:
    """Signs as the service account of the pod that this runs in."""
    return oci.auth.signers.get_oke_workload_identity_resource_principal_signer(
        service_account_token_path=str(token_file) if token_file else None,
        retry_strategy=oci.retry.NoneRetryStrategy(),
    )


requests: Final = oci.base_client.requests  # the SDK's own copy: its errors are not those of the package
ServiceError: Final = oci.exceptions.ServiceError
RequestError: Final = oci.exceptions.BaseRequestException
InvalidConfig: Final = oci.exceptions.InvalidConfig
NO_SUCH_PLACE: Final[tuple[type[Exception], ...]] = (
    oci.exceptions.ClientError,
    oci.exceptions.BaseRequestException,
    oci.auth.security_token_container.jwt.exceptions.PyJWTError,
    requests.exceptions.RequestException,
    RuntimeError,
    ValueError,
    OSError,
)
