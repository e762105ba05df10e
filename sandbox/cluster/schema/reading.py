"""Reading an object as a typed server does: unknown fields and nulls are dropped, wrong types refused."""

import re
from typing import Any, Final

from sandbox.cluster import schema
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

GO: Final = {"s": "string", "i": "int32", "n": "float64", "b": "bool", "t": "string", "y": "[]uint8"}
PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "s": (str,),
    "i": (int,),
    "n": (int, float),
    "b": (bool,),
    "t": (str,),
    "y": (str,),
    "p": (int, str),
    "q": (int, float, str),
}
NULLS: Final = {"s": "", "q": "0"}  # what a null inside a mapping of texts becomes


class WrongType(ValueError):
    """The words of a Go decoder."""


class Reading:
    """One object being read; `unknown` collects the paths that its kind does not have."""

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def read(self, kind: Resource, obj: Obj) -> Obj:
        """Raises WrongType."""
        model = schema.model_of(kind)
        return self._model(obj, model, "") if model else obj

    def _model(self, value: Obj, model: str, path: str) -> Obj:
        known, found = schema.fields(model), Obj()
        for key, item in value.items():
            at = f"{path}.{key}" if path else key
            if key not in known:
                self.unknown.append(at)
            elif item is not None:
                found[key] = self._value(item, known[key].rstrip("!"), at, model)
        return found

    def _value(self, value: Any, kind: str, at: str, model: str) -> Any:
        if kind == "x":
            return value
        if kind.startswith("[]"):
            _expect(value, list, at, model, f"[]{_go(kind[2:])}")
            return [self._value(v, kind[2:], f"{at}[{i}]", model) for i, v in enumerate(value)]
        if kind.startswith("{}"):
            _expect(value, dict, at, model, f"map[string]{_go(kind[2:])}")
            return {
                key: NULLS.get(kind[2:])
                if item is None
                else self._value(item, kind[2:], f"{at}.{key}", model)
                for key, item in value.items()
            }
        if schema.is_model(kind):
            _expect(value, dict, at, model, _go(kind))
            return self._model(value, kind, at)
        return _plain(value, kind, at, model)


def _plain(value: Any, kind: str, at: str, model: str) -> Any:
    allowed = PYTHON[kind]
    if isinstance(value, bool) is not (kind == "b") or not isinstance(value, allowed):
        raise _wrong(value, at, model, GO.get(kind, "string"))
    return str(value) if kind == "q" else value


def _go(kind: str) -> str:
    return GO.get(kind, f"v1.{_struct(kind)}")


def _struct(model: str) -> str:
    return re.sub(r"^(?:[A-Z][a-z]+)?V\d[a-z0-9]*", "", model)


def _expect(value: Any, wanted: type, at: str, model: str, go: str) -> None:
    if not isinstance(value, wanted):
        raise _wrong(value, at, model, go)


def _wrong(value: Any, at: str, model: str, go: str) -> WrongType:
    got = {str: "string", bool: "bool", int: "number", float: "number", list: "array"}.get(
        type(value), "object"
    )
    if isinstance(value, float):
        got = f"number {value}"
    at = re.sub(r"\[\d+\]", "", at)
    return WrongType(f"json: cannot unmarshal {got} into Go struct field {_struct(model)}.{at} of type {go}")
