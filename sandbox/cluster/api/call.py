"""One request on its way through the server, and what becomes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sandbox.cluster import errors
from sandbox.cluster.api import protobuf
from sandbox.cluster.api.paths import Target
from sandbox.cluster.identity.users import User
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import Selection
from sandbox.cluster.write import Write

JSON = "application/json"


@dataclass
class Call:
    """`user` is who acts (the impersonated one), `caller` who sent the request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    caller: User
    user: User
    target: Target | None = None
    warnings: list[str] = field(default_factory=list)
    ignored: bool = False  # a fault: answer as if it were done, and do nothing

    @property
    def accept(self) -> str:
        return self.headers.get("Accept", "*/*")

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", JSON).partition(";")[0].strip().lower()

    @property
    def dry_run(self) -> bool:
        """Raises for anything but `All`."""
        asked = self.query.get("dryRun", "")
        if asked not in ("", "All"):
            message = f'Unsupported value: "{asked}": supported values: "All"'
            raise errors.ApiError(422, "Invalid", f' "" is invalid: dryRun: {message}', {})
        return asked == "All" or self.ignored

    @property
    def selection(self) -> Selection:
        return Selection(self.query.get("labelSelector", ""), self.query.get("fieldSelector", ""))

    @property
    def manager(self) -> str:
        """The field manager: named, or else what the user agent says before its first slash."""
        agent = self.headers.get("User-Agent", "unknown").partition("/")[0]
        return self.query.get("fieldManager") or agent[:128] or "unknown"

    def write(self, subresource: str | None = None) -> Write:
        return Write(
            self.manager, "Update", subresource, trusted=False, user=self.user, warnings=self.warnings
        )

    def number(self, name: str) -> int | None:
        """A query parameter that must be a whole number."""
        text = self.query.get(name)
        if text is None or text == "":
            return None
        try:
            return int(text)
        except ValueError:
            raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None

    def json(self) -> Any:
        """The body; YAML or protobuf where the caller says so. 415 for what this server does not read."""
        if self.content_type == protobuf.MEDIA:
            return _unpacked(self.raw)
        if self.content_type not in (
            JSON,
            "application/yaml",
            "application/apply-patch+yaml",
            "application/octet-stream",
            "text/plain",
            "",
        ):
            supported = f"application/json, application/yaml, {protobuf.MEDIA}"
            text = f"the body of the request was in an unknown format - accepted media types include: {supported}"
            raise errors.ApiError(415, "UnsupportedMediaType", text, {})
        return parse(self.raw, yaml_too="yaml" in self.content_type)

    def object(self, kind: Resource) -> Obj:
        """The body as an object of `kind`; its kind, name and namespace must be those of the path."""
        body = self.json()
        if not isinstance(body, dict):
            raise errors.bad_request(
                "the object provided is unrecognized (must be of type " + kind.kind + ")"
            )
        self._right_kind(body, kind)
        metadata = body.get("metadata")
        body["metadata"] = dict(metadata) if isinstance(metadata, dict) else {}
        self._right_place(body["metadata"], kind)
        return body

    def _right_kind(self, body: Obj, kind: Resource) -> None:
        given = (body.get("apiVersion") or kind.group_version, body.get("kind") or kind.kind)
        if given != (kind.group_version, kind.kind):
            raise errors.bad_request(
                f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: '
                f'no kind "{given[1]}" is registered for version "{given[0]}"'
                if given[1] != kind.kind
                else f"the API version in the data ({given[0]}) does not match the expected API version ({kind.group_version})"
            )

    def _right_place(self, metadata: Obj, kind: Resource) -> None:
        goal = self.target
        if goal is None:
            return
        if kind.namespaced:
            given = metadata.setdefault("namespace", goal.namespace)
            if given != goal.namespace:
                raise errors.bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
        else:
            metadata.pop("namespace", None)
        if goal.name and metadata.setdefault("name", goal.name) != goal.name:
            raise errors.bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({goal.name})"
            )


def _unpacked(raw: bytes) -> Any:
    try:
        return protobuf.decoded(raw)
    except ValueError as problem:
        raise errors.bad_request(str(problem)) from problem


def parse(raw: bytes, *, yaml_too: bool = False) -> Any:
    if not raw:
        raise errors.bad_request("unable to decode: EOF")
    try:
        return yaml.safe_load(raw) if yaml_too else json.loads(raw)
    except (ValueError, yaml.YAMLError) as problem:
        raise errors.bad_request(f"the object provided is unrecognized: {problem}") from problem


@dataclass(frozen=True)
class Answer:
    """What goes back. `body` is JSON data, or bytes that are sent as they are."""

    body: Any
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
