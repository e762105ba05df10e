"""Which code answers which resource, subresource and verb."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sandbox.cluster import errors
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.access.reviews import KINDS, review
from sandbox.cluster.api import lists, logs
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.eviction import evict
from sandbox.cluster.api.metering import MetricSource, metered
from sandbox.cluster.api.objects import Objects
from sandbox.cluster.api.paths import Target
from sandbox.cluster.api.scaling import Scaling
from sandbox.cluster.api.watch import Watch
from sandbox.cluster.identity.tokens import Tokens
from sandbox.cluster.metadata import copied, name_of, stamp
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

Handler = Callable[[Resource, Target, Call], Answer]


class Stream(Protocol):
    """An answer that goes on: lines of a watch, or of a log that is followed."""

    content_type: str

    def chunks(self) -> AsyncIterator[bytes]: ...


@dataclass
class Streamed:
    content_type: str
    source: AsyncIterator[bytes]

    def chunks(self) -> AsyncIterator[bytes]:
        return self.source


class PageNotFound(Exception):
    """Nothing is served there: `404 page not found`, in plain text."""


class Handlers:
    """The verbs on resources, after the caller was found to be allowed."""

    def __init__(
        self,
        store: "Store",
        authorizer: Authorizer,
        tokens: Tokens,
        log_source: logs.LogSource | None,
        metric_source: MetricSource | None,
    ) -> None:
        self._store = store
        self._authorizer = authorizer
        self._tokens = tokens
        self._logs = log_source
        self._metrics = metric_source
        self._objects = Objects(store)
        scaling = Scaling(store, self._objects)
        objects = self._objects
        self._verbs: dict[str, Handler] = {
            "get": objects.get,
            "list": self._list,
            "create": objects.create,
            "update": objects.update,
            "patch": objects.patch,
            "delete": objects.delete,
            "deletecollection": objects.delete_collection,
        }
        self._subresources: dict[tuple[str, str], Handler] = {
            ("scale", "get"): scaling.get,
            ("scale", "update"): scaling.update,
            ("scale", "patch"): scaling.patch,
            ("eviction", "create"): lambda kind, goal, call: evict(store, objects, kind, goal, call),
            ("binding", "create"): self._bind,
            ("finalize", "update"): self._finalize,
            ("token", "create"): self._token,
        }

    def handle(self, goal: Target, call: Call) -> Answer | Stream:
        kind = self._store.kinds().find(goal.group, goal.version, goal.resource)
        if kind is None:
            raise PageNotFound
        if goal.subresource:
            return self._sub(kind, goal, call)
        nameless = goal.verb in ("update", "patch") and not goal.name
        if goal.verb not in kind.verbs or nameless or (goal.verb == "create" and goal.name):
            raise errors.method_not_allowed()
        if kind.namespaced and not goal.namespace and goal.verb not in ("list", "watch"):
            raise errors.method_not_allowed()
        if kind.kind in KINDS:
            body = call.object(kind)
            return Answer(review(kind, body, call.user, goal.namespace, self._authorizer), 201)
        if kind.group == "metrics.k8s.io":
            return metered(self._metrics, kind, goal, call)
        if goal.verb == "watch":
            watch = Watch(self._store, kind, call)
            return Streamed("application/json", watch.lines())
        return self._verbs[goal.verb](kind, goal, call)

    def _sub(self, kind: Resource, goal: Target, call: Call) -> Answer | Stream:
        sub = kind.subresource(goal.subresource)
        if sub is None:
            raise PageNotFound
        if goal.verb not in sub.verbs:
            raise errors.method_not_allowed()
        if sub.name == "log":
            return self._log(kind, goal, call)
        special = self._subresources.get((sub.name, goal.verb))
        if special is not None:
            return special(kind, goal, call)
        if sub.name in ("status", "resize", "ephemeralcontainers", "approval"):
            return self._part(kind, goal, call)
        raise errors.ApiError(501, "NotImplemented", "the local cluster runs no containers", {})

    def _list(self, kind: Resource, _: Target, call: Call) -> Answer:
        return lists.answer(self._store, kind, call)

    def _part(self, kind: Resource, goal: Target, call: Call) -> Answer:
        match goal.verb:
            case "get":
                return self._objects.get(kind, goal, call)
            case "update":
                return self._objects.update(kind, goal, call, subresource=goal.subresource)
            case _:
                return self._objects.patch(kind, goal, call, subresource=goal.subresource)

    def _log(self, kind: Resource, goal: Target, call: Call) -> Answer | Stream:
        pod = self._objects.find(kind, goal)
        request = logs.asked(pod, call, self._store.clock.now())
        if not pod["spec"].get("nodeName"):
            return Answer(b"", 204, content_type="")
        if self._logs is None:
            return Answer(b"", content_type="text/plain")
        logs.refuse_unready(pod, request)
        if request.follow:
            return Streamed("text/plain", logs.followed(self._logs, copied(pod), request))
        lines = self._logs.read(copied(pod), request.container, previous=request.previous)
        return Answer(logs.written(logs.chosen(lines, request), request), content_type="text/plain")

    def _bind(self, kind: Resource, goal: Target, call: Call) -> Answer:
        pod = copied(self._objects.find(kind, goal))
        if pod["spec"].get("nodeName"):
            why = f'pod {name_of(pod)} is already assigned to node "{pod["spec"]["nodeName"]}"'
            raise errors.conflict(kind, name_of(pod), why)
        pod["spec"]["nodeName"] = call.json()["target"]["name"]
        write = call.write("binding")
        write.trusted = True
        self._store.replace(kind.key, pod, dry_run=call.dry_run, write=write)
        return Answer(
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201
        )

    def _finalize(self, kind: Resource, goal: Target, call: Call) -> Answer:
        new = copied(self._objects.find(kind, goal))
        body = call.object(kind)
        new["spec"] = body.get("spec") or {}
        new["metadata"]["resourceVersion"] = body["metadata"].get("resourceVersion", "")
        write = call.write("finalize")
        return Answer(self._store.replace(kind.key, new, dry_run=call.dry_run, write=write))

    def _token(self, kind: Resource, goal: Target, call: Call) -> Answer:
        account = self._objects.find(kind, goal)
        body = call.json()
        spec = {
            "audiences": ["https://kubernetes.default.svc"],
            "expirationSeconds": 3600,
            "boundObjectRef": None,
        }
        spec |= {key: value for key, value in (body.get("spec") or {}).items() if value}
        user = f"system:serviceaccount:{goal.namespace}:{goal.name}"
        seconds = float(str(spec["expirationSeconds"]))
        text = self._tokens.issue(user, seconds=seconds, uid=account["metadata"]["uid"])
        now = self._store.clock.now()
        metadata = {"name": goal.name, "namespace": goal.namespace, "creationTimestamp": stamp(now)}
        status = {"token": text, "expirationTimestamp": stamp(now + seconds)}
        head = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": metadata}
        return Answer({**head, "spec": spec, "status": status}, 201)
