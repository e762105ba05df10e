"""Everything that is not a resource: discovery, version, health, OpenAPI, and the sandbox's own two paths."""

import json
from collections.abc import Callable
from typing import Any, Final

from sandbox.cluster import errors
from sandbox.cluster.api import discovery, openapi
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.faults import Faults
from sandbox.cluster.api.handlers import PageNotFound
from sandbox.cluster.api.record import Record
from sandbox.cluster.identity.users import MASTERS
from sandbox.cluster.resources import Registry

HEALTH: Final = ("/healthz", "/livez", "/readyz")
AGGREGATED: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Plain:
    def __init__(
        self, registry: Registry, record: Record, faults: Faults, address: Callable[[], str]
    ) -> None:
        self._registry = registry
        self._record = record
        self._faults = faults
        self._address = address

    def answer(self, call: Call) -> Answer:
        path = call.path.rstrip("/") or "/"
        if path in ("/sandbox/requests", "/sandbox/faults"):
            return self._sandbox(path, call)
        if call.method not in ("GET", "HEAD"):
            raise errors.method_not_allowed()
        if path in HEALTH or path.startswith(tuple(f"{item}/" for item in HEALTH)):
            return Answer(b"ok", content_type="text/plain; charset=utf-8")
        if path == "/version":
            return Answer(discovery.VERSION)
        if path.startswith("/openapi"):
            return self._openapi(path)
        return self._discovered(path, call)

    def _discovered(self, path: str, call: Call) -> Answer:
        if path in ("/api", "/apis") and "as=APIGroupDiscoveryList" in call.accept.replace(" ", ""):
            body = discovery.aggregated(self._registry, core=path == "/api")
            return Answer(body, content_type=AGGREGATED)
        found = self._document([part for part in path.split("/") if part])
        if found is None:
            raise PageNotFound
        return Answer(found)

    def _document(self, parts: list[str]) -> Any:
        match parts:
            case []:
                return {
                    "paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/readyz", "/version"]
                }
            case ["api"]:
                return discovery.api_versions(self._address())
            case ["apis"]:
                return discovery.group_list(self._registry)
            case ["api", version]:
                return discovery.resource_list(self._registry, "", version)
            case ["apis", group]:
                return discovery.group(self._registry, group)
            case ["apis", group, version]:
                return discovery.resource_list(self._registry, group, version)
            case _:
                return None

    def _openapi(self, path: str) -> Answer:
        if path == "/openapi/v2":
            return Answer(openapi.version_two(self._registry))
        if path == "/openapi/v3":
            return Answer(openapi.index(self._registry))
        found = openapi.version_three(self._registry, path.removeprefix("/openapi/v3/"))
        if found is None:
            raise PageNotFound
        return Answer(found)

    def _sandbox(self, path: str, call: Call) -> Answer:
        """The record of requests and the faults; for the cluster's administrator alone."""
        if MASTERS not in call.caller.groups:
            raise errors.ApiError(
                403, "Forbidden", f'forbidden: User "{call.caller.name}" cannot use the sandbox', {}
            )
        if path == "/sandbox/requests":
            return Answer({"requests": [request.as_json() for request in self._record]})
        if call.method == "DELETE":
            self._faults.clear()
            return Answer({})
        return Answer({"times": self._faults.add(json.loads(call.raw or b"null")).times}, 201)
