"""The operations of a service, generated from its clients: route, method, parameters, request and response models."""

import ast
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sandbox.oci.sdk import source

_METHOD: Final = re.compile(r"^    def (?=\w+\(self)", re.MULTILINE)
_BASE: Final = re.compile(r"'base_path': '([^']*)'")
_ROUTE: Final = re.compile(
    r'resource_path = "([^"]*)"\s+method = "([A-Z]+)"\s+operation_name = "(\w+)"', re.MULTILINE
)
_BODY: Final = re.compile(r":param oci\.\w+\.models\.(\w+) (\w+):")


@dataclass(frozen=True)
class Parameters:
    """By the names on the wire; the value says whether it must be there. `body` is a model, or empty."""

    query: Mapping[str, bool]
    headers: frozenset[str]
    body: str
    body_required: bool
    response: str


@dataclass(frozen=True)
class Operation:
    service: str
    client: str
    name: str
    method: str
    path: str
    text: str

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path.strip("/").split("/"))

    @property
    def parameters(self) -> Parameters:
        return _parameters(self)

    @property
    def pages(self) -> bool:
        return "page" in self.parameters.query

    @property
    def title(self) -> str:
        """`InstanceAction`, as audit names it."""
        return "".join(word.capitalize() for word in self.name.split("_"))


@cache
def operations(service: str) -> tuple[Operation, ...]:
    """Every operation of every client of the service."""
    return tuple(
        found for name, text in source.clients(service).items() for found in _of(service, name, text)
    )


def _of(service: str, client: str, text: str) -> list[Operation]:
    base = _BASE.search(text)
    if base is None:
        raise ValueError(f"{client} has no base path")
    found = []
    for block in _METHOD.split(text)[1:]:
        route = _ROUTE.search(block)
        if route is not None:
            path = f"{base[1].rstrip('/')}{route[1]}"
            found.append(Operation(service, client, route[3], route[2], path, block))
    return found


@cache
def _parameters(operation: Operation) -> Parameters:
    tree = ast.parse(textwrap.dedent(f"    def {operation.text}"))
    given = {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Dict)
    }
    call = _call(tree)
    body = call.get("body")
    return Parameters(
        query=_entries(given.get("query_params")),
        headers=frozenset(_entries(given.get("header_params"))),
        body=_body(operation.text, body),
        body_required=isinstance(body, ast.Name),
        response=_text(call.get("response_type")),
    )


def _call(tree: ast.AST) -> dict[str, ast.expr]:
    """The keywords with which the method calls the API."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found = {word.arg: word.value for word in node.keywords if word.arg}
            if "operation_name" in found:
                return found
    raise ValueError("a method without a call")


def _entries(node: ast.Dict | None) -> dict[str, bool]:
    pairs = zip(node.keys, node.values, strict=True) if node is not None else ()
    return {_text(key): isinstance(value, ast.Name) for key, value in pairs}


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _body(text: str, node: ast.expr | None) -> str:
    """The model of the argument that is sent as body, by the method's own documentation."""
    names: dict[str, str] = {argument: model for model, argument in _BODY.findall(text)}
    if isinstance(node, ast.Call) and node.args:
        return names.get(_text(node.args[0]), "")
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""
