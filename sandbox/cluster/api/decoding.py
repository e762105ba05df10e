"""The body of a write, read as its kind: what is said about unknown fields, and what is refused."""

from typing import Final

from sandbox.cluster import errors
from sandbox.cluster.api.call import Call
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource
from sandbox.cluster.schema.reading import Reading, WrongType

LEVELS: Final = ("Ignore", "Warn", "Strict")


def decoded(kind: Resource, body: Obj, call: Call) -> Obj:
    """A create or update: 400 for a wrong type, and for an unknown field where the caller is strict."""
    reading = Reading()
    try:
        found = reading.read(kind, body)
        _unknown(reading, call)
    except WrongType as problem:
        words = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {problem}'
        raise errors.bad_request(words) from problem
    return found


def decoded_patch(kind: Resource, body: Obj, call: Call) -> Obj:
    """What a patch made: the same, said as 422 about the patch."""
    reading = Reading()
    try:
        found = reading.read(kind, body)
        _unknown(reading, call)
    except WrongType as problem:
        patch = call.raw.decode(errors="replace").replace("\\", "\\\\").replace('"', '\\"')
        why = f'Invalid value: "{patch}": {problem}'
        causes = [errors.cause("patch", why)]
        raise errors.ApiError(
            422, "Invalid", f' "" is invalid: patch: {why}', {"causes": causes}
        ) from problem
    return found


def decoded_apply(kind: Resource, body: Obj) -> Obj:
    """An applied configuration: server-side apply knows no unknown field at all."""
    reading = Reading()
    head = body["metadata"]
    where = f"{head.get('namespace', '')}/{head.get('name', '')}; {kind.group_version}, Kind={kind.kind}"
    try:
        found = reading.read(kind, body)
    except WrongType as problem:
        raise errors.ApiError(
            500, "", f"failed to create typed patch object ({where}): {problem}"
        ) from problem
    if reading.unknown:
        words = "; ".join(f".{path}: field not declared in schema" for path in reading.unknown)
        raise errors.ApiError(500, "", f"failed to create typed patch object ({where}): {words}")
    return found


def _unknown(reading: Reading, call: Call) -> None:
    level = call.query.get("fieldValidation") or "Warn"
    if level not in LEVELS:
        listed = ", ".join(f'"{item}"' for item in LEVELS)
        why = f'fieldValidation: Unsupported value: "{level}": supported values: {listed}'
        raise errors.ApiError(422, "Invalid", f'CreateOptions.meta.k8s.io "" is invalid: {why}', {})
    words = [f'unknown field "{path}"' for path in reading.unknown]
    if words and level == "Strict":
        raise WrongType(f"strict decoding error: {', '.join(words)}")
    if level == "Warn":
        call.warnings.extend(words)
