"""What the API answers when it refuses, with the words of a real server."""

from typing import Any

from sandbox.cluster.resources import Resource

Cause = dict[str, str]


class ApiError(Exception):
    """A refusal. `body()` is the Status object that goes over the wire; `headers` go with it."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers or {}
        self.metadata: dict[str, Any] = {}

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        return body | {"code": self.code}


def _details(resource: Resource, name: str = "", **more: Any) -> dict[str, Any]:
    named = {"name": name, "group": resource.group, "kind": resource.plural}
    return {key: value for key, value in named.items() if value} | more


def not_found(resource: Resource, name: str) -> ApiError:
    return ApiError(404, "NotFound", f'{resource.qualified} "{name}" not found', _details(resource, name))


def unknown_resource() -> ApiError:
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(resource: Resource, name: str) -> ApiError:
    text = f'{resource.qualified} "{name}" already exists'
    return ApiError(409, "AlreadyExists", text, _details(resource, name))


def conflict(resource: Resource, name: str, why: str, **details: Any) -> ApiError:
    text = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError(409, "Conflict", text, _details(resource, name, **details))


def modified(resource: Resource, name: str) -> ApiError:
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(resource, name, why)


def forbidden(resource: Resource, name: str, why: str, **details: Any) -> ApiError:
    named = f' "{name}"' if name else ""
    text = f"{resource.qualified}{named} is forbidden: {why}"
    return ApiError(403, "Forbidden", text, _details(resource, name, **details))


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def method_not_allowed() -> ApiError:
    text = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", text, {})


def expired(message: str) -> ApiError:
    return ApiError(410, "Expired", message)


def unprocessable() -> ApiError:
    """A JSON patch that cannot be applied: the server says no more than this."""
    text = "the server rejected our request due to an error in our request"
    return ApiError(422, "Invalid", text, {})


def internal(message: str) -> ApiError:
    details = {"causes": [{"message": message}]}
    return ApiError(500, "InternalError", f"Internal error occurred: {message}", details)


_CAUSES = {
    "Required value": "FieldValueRequired",
    "Invalid value": "FieldValueInvalid",
    "Unsupported value": "FieldValueNotSupported",
    "Forbidden": "FieldValueForbidden",
    "Duplicate value": "FieldValueDuplicate",
    "Too many": "FieldValueTooMany",
    "Too long": "FieldValueTooLong",
}


def cause(field: str, message: str) -> Cause:
    """One reason of a 422. `message` starts with its type, as `Required value: must specify a name`."""
    kind = next(
        (reason for words, reason in _CAUSES.items() if message.startswith(words)), "FieldValueInvalid"
    )
    return {"reason": kind, "message": message, "field": field}


def invalid(resource: Resource, name: str, causes: list[Cause]) -> ApiError:
    """422 with every cause; the kind is named instead of the resource."""
    lines = [f"{item['field']}: {item['message']}" for item in causes]
    joined = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    details = {"name": name, "group": resource.group, "kind": resource.kind, "causes": causes}
    text = f'{kind} "{name}" is invalid: {joined}'
    return ApiError(422, "Invalid", text, {key: value for key, value in details.items() if value})
