"""Writes sandbox/cluster/schema/fields.json: which fields each kind has, and of which type.

Read from the models of the `kubernetes` client, which are generated from the API's own description. Run it again
after an upgrade of that package: `python scripts/kubernetes_fields.py`.

A type is one letter (s text, i integer, n number, b boolean, t time, y bytes, q quantity, p integer or text, x anything)
or the name of another model; `[]` before it is a list, `{}` a mapping, `!` after it a required field.
"""

import json
import sys
import types
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import kubernetes.client.models as generated
from pydantic import BaseModel

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sandbox.cluster.catalogue import served  # noqa: E402 - found by the line above

TARGET = ROOT / "sandbox/cluster/schema/fields.json"
LETTERS = {str: "s", int: "i", float: "n", bool: "b", datetime: "t", bytes: "y"}
QUANTITIES = {  # the API writes these as text and reads numbers too
    *(
        "limits",
        "requests",
        "hard",
        "used",
        "capacity",
        "allocatable",
        "default",
        "defaultRequest",
        "max",
        "min",
    ),
    *(
        "maxLimitRequestRatio",
        "usage",
        "sizeLimit",
        "divisor",
        "averageValue",
        "overhead",
        "allocatedResources",
    ),
}
PREFIXES = {
    "": "Core",
    "events.k8s.io": "Events",
    "authentication.k8s.io": "Authentication",
    "apiextensions.k8s.io": "",
}
ALSO = {
    "autoscaling/v1/Scale": "V1Scale",
    "policy/v1/Eviction": "V1Eviction",
    "authentication.k8s.io/v1/TokenRequest": "AuthenticationV1TokenRequest",
}


def model_of(group: str, version: str, kind: str) -> type[BaseModel] | None:
    short = version[:1].upper() + version[1:]
    names = [f"{PREFIXES.get(group, '')}{short}{kind}", f"{short}{kind}"]
    return next((getattr(generated, name) for name in names if hasattr(generated, name)), None)


def code(annotation: Any, seen: dict[str, type[BaseModel]]) -> str:
    origin, args = get_origin(annotation), [a for a in get_args(annotation) if a is not type(None)]
    if origin is Annotated:
        return code(args[0], seen)
    if origin in (Union, types.UnionType):
        found = [code(item, seen) for item in args]
        if len(found) == 1:
            return found[0]
        return {"is": "p", "sy": "y", "in": "n"}.get("".join(sorted(found)), "x")
    if origin is list:
        return "[]" + code(args[0], seen)
    if origin is dict:
        return "{}" + code(args[1], seen)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        seen[annotation.__name__] = annotation
        return annotation.__name__
    return LETTERS.get(annotation, "x")


def json_name(name: str, field: Any) -> str:
    alias = field.validation_alias
    return str(getattr(alias, "choices", [alias or name])[0])


def described(model: type[BaseModel], seen: dict[str, type[BaseModel]]) -> dict[str, str]:
    fields = {}
    for name, field in model.model_fields.items():
        written = json_name(name, field)
        kind = code(field.annotation, seen)
        if written in QUANTITIES and kind in ("s", "{}s"):
            kind = kind[:-1] + "q"
        fields[written] = kind + ("!" if field.is_required() else "")
    return fields


def main() -> None:
    kinds = dict(ALSO)
    for resource in served():
        model = model_of(resource.group, resource.version, resource.kind)
        if model is not None:
            kinds[f"{resource.group_version}/{resource.kind}"] = model.__name__
    waiting = {name: getattr(generated, name) for name in kinds.values()}
    models: dict[str, dict[str, str]] = {}
    while waiting:
        name, model = waiting.popitem()
        if name not in models:
            models[name] = described(model, waiting)
    body = {"kinds": kinds, "models": dict(sorted(models.items()))}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(body, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
