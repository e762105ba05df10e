"""The patch types of the API."""

from typing import Any

import jsonpatch

from sandbox.cluster import errors
from sandbox.cluster.api.call import Call, parse
from sandbox.cluster.metadata import Obj, copied
from sandbox.cluster.patching.mergepatch import merge_patch
from sandbox.cluster.patching.strategic import strategic_merge
from sandbox.cluster.resources import Resource

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


def patched(kind: Resource, old: Obj, call: Call) -> Obj:
    """A copy of `old` with the request's patch applied."""
    body = parse(call.raw, yaml_too=False)
    match call.content_type:
        case "application/json-patch+json":
            return _json_patch(old, body)
        case "application/merge-patch+json":
            return merge_patch(copied(old), _mapping(body))
        case "application/strategic-merge-patch+json" if not kind.custom:
            return strategic_merge(kind.kind, copied(old), _mapping(body))
        case _:
            types = [JSON_PATCH, MERGE_PATCH, *([] if kind.custom else [STRATEGIC]), APPLY]
            listed = ", ".join(types)
            text = (
                f"the body of the request was in an unknown format - accepted media types include: {listed}"
            )
            raise errors.ApiError(415, "UnsupportedMediaType", text, {})


def _mapping(body: Any) -> Obj:
    if not isinstance(body, dict):
        raise errors.bad_request("cannot unmarshal the patch into an object")
    return body


def _json_patch(old: Obj, body: Any) -> Obj:
    if not isinstance(body, list):
        raise errors.bad_request(
            "error decoding patch: json: cannot unmarshal object into a list of operations"
        )
    try:
        result: Obj = jsonpatch.JsonPatch(body).apply(copied(old))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as problem:
        raise errors.unprocessable() from problem
    return result
