"""Whether a request has what its operation takes, by the SDK's own table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.oci.errors import Refused, bad_parameter, missing_parameter
from sandbox.oci.sdk import shapes
from sandbox.oci.sdk.operations import Operation


def check_query(operation: Operation, query: Mapping[str, str]) -> None:
    """Raises Refused(400) for a parameter that the operation does not have, or lacks."""
    known = operation.parameters.query
    for name in query:
        if name not in known:
            raise bad_parameter(f"{operation.title} has no parameter {name}")
    for name, required in known.items():
        if required and not query.get(name):
            raise missing_parameter(name)


def read_body(operation: Operation, raw: bytes) -> dict[str, Any]:
    """The body, of the shape that the operation's model has."""
    model = operation.parameters.body
    if not raw and operation.parameters.body_required:
        raise missing_parameter(model or "body")
    if not raw or not model:  # without a model it is a file
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused(400, "CannotParseRequest", "The body is no JSON") from None
    for problem in shapes.faults(operation.service, model, body):
        raise bad_parameter(problem)
    if not isinstance(body, dict):
        raise bad_parameter("the body is no object")
    return {key: value for key, value in body.items() if value is not None}
