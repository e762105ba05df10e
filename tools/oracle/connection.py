"""One principal's clients, blocking: one a service and region, made when first needed, neither retrying nor breaking.

Answers stay plain dicts with Oracle's own names: what the SDK does not know yet is kept, what is left out is absent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.errors import GiveUp
from tools.oracle.credentials import Credentials, Principal, open_credentials
from tools.oracle.failures import Asked, away, refused
from tools.oracle.services import SERVICES, Endpoints


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `next_page` is empty on the last; `etag` is what a later write may demand."""

    data: Any
    request_id: str = ""
    etag: str = ""
    next_page: str = ""
    work_request: str = ""


class Connection:
    """Thread-safe. Credentials are opened at the first call and again when a session's token runs out."""

    def __init__(
        self, principal: Principal, endpoints: Endpoints, clock: Callable[[], float] = time.time
    ) -> None:
        self._principal = principal
        self.endpoints = endpoints
        self._clock = clock
        self._opening = threading.Lock()
        self._credentials: Credentials | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    def credentials(self) -> Credentials:
        """Raises GiveUp, NotAllowed."""
        with self._opening:
            now = self._clock()
            if self._credentials is None or not self._credentials.usable(now):
                self._credentials = open_credentials(self._principal, now, self.endpoints.auth)
                self._forget()
            return self._credentials

    def call(
        self,
        service: str,
        operation: str,
        region: str,
        timeout: float,
        request: str = "",
        *,
        at: str = "",
        **arguments: Any,
    ) -> Answer:
        """One request, sent once, at most `timeout` seconds, `request` in Oracle's records. `region` empty: the principal's.

        `at` is the address of what has one of its own, an identity domain; empty: the service's.

        Raises:
            TryLater: no answer, or 429, or 5xx.
            NotAllowed, GiveUp: Oracle's refusal in words.
        """
        from tools.oracle import sdk

        credentials = self.credentials()
        region = region or credentials.region
        asked = Asked(SERVICES[service].words, region, operation)
        sdk.imported(
            (SERVICES[service].module,)
        )  # a rare one takes a second: not while others wait for a client
        method = getattr(self._client(service, region, credentials, at), operation)
        sdk.say(timeout, request)
        try:
            return _answer(method(**arguments), sdk.whole)
        except sdk.ServiceError as error:
            raise refused(asked, error) from error
        except (sdk.RequestError, sdk.requests.exceptions.RequestException) as error:
            raise away(asked, error) from error
        except ValueError as error:  # the SDK asks with no empty identifier
            what = f"Oracle {asked.where} left out an identifier that {operation} asks with"
            raise GiveUp(what, asked.source) from error
        except sdk.TooLong as error:
            raise GiveUp(
                f"what Oracle {asked.where} has there is too large to be read", asked.source
            ) from error

    def close(self) -> None:
        with self._opening:
            self._forget()

    def _forget(self) -> None:
        for client in self._clients.values():
            client.base_client.session.close()
        self._clients.clear()

    def _client(self, service: str, region: str, credentials: Credentials, at: str) -> Any:
        with self._opening:
            key = service, at or region
            if key not in self._clients:
                self._clients[key] = self._made(service, region, credentials, at)
            return self._clients[key]

    def _made(self, service: str, region: str, credentials: Credentials, at: str) -> Any:
        from tools.oracle import sdk

        about = SERVICES[service]
        options: dict[str, Any] = {"signer": credentials.signer}
        if address := self._safe(at) or self.endpoints.of(about, region):
            options["service_endpoint"] = address
        try:
            return sdk.client(about.module, about.client, {**credentials.config, "region": region}, **options)
        except (ValueError, sdk.InvalidConfig) as error:
            raise GiveUp(f"{region!r} is no region of Oracle Cloud that I know", "oci") from error

    def _safe(self, at: str) -> str:
        """An address that an answer named is signed for only where it is Oracle's kind. Raises GiveUp."""
        if at and not at.startswith("https://") and not self.endpoints.addresses:
            raise GiveUp("the address of an identity domain is not https, so nothing was asked there", "oci")
        return at


def _answer(answer: Any, whole: Callable[[Any], Any]) -> Answer:
    headers: Mapping[str, str] = {str(k).lower(): str(v) for k, v in answer.headers.items()}
    return Answer(
        whole(answer.data),
        headers.get("opc-request-id", ""),
        headers.get("etag", ""),
        headers.get("opc-next-page", ""),
        headers.get("opc-work-request-id", ""),
    )
