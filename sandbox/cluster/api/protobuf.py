"""Bodies in protobuf: kubectl sends some that way. Read as the JSON that would have said the same."""

import base64
import json
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sandbox.cluster import schema
from sandbox.cluster.metadata import Obj

MEDIA: Final = "application/vnd.kubernetes.protobuf"
MAGIC: Final = b"k8s\x00"
DELETE: Final = "V1DeleteOptions"
Field = tuple[int, int | bytes]


@lru_cache(maxsize=1)
def _numbers() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((schema.FILE.parent / "numbers.json").read_text())
    return found


def decoded(raw: bytes) -> Obj:
    """Raises ValueError for what is not protobuf, or of a kind that is not known."""
    if not raw.startswith(MAGIC):
        raise ValueError(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
        )
    outer = dict(_fields(raw[len(MAGIC) :]))
    head = {number: _bytes(value).decode() for number, value in _fields(_bytes(outer.get(1, b"")))}
    version, kind = head.get(1, ""), head.get(2, "")
    model = DELETE if kind == "DeleteOptions" else schema.named(f"{version}/{kind}")
    if model is None:
        raise ValueError(f'no kind "{kind}" is registered for version "{version}"')
    return {"apiVersion": version, "kind": kind, **_message(_bytes(outer.get(2, b"")), model, model)}


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("proto: wrong wireType")  # noqa: TRY004 - one word for everything unreadable
    return value


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(raw):
            raise ValueError("unexpected EOF")
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(raw: bytes) -> Iterator[Field]:
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        match tag & 7:
            case 0:
                value, at = _varint(raw, at)
                yield tag >> 3, value
            case 2:
                length, at = _varint(raw, at)
                yield tag >> 3, raw[at : at + length]
                at += length
            case wide if wide in (1, 5):
                size = 8 if wide == 1 else 4
                yield tag >> 3, raw[at : at + size]
                at += size
            case other:
                raise ValueError(f"proto: illegal wireType {other}")


def _message(raw: bytes, table: str, model: str) -> Obj:
    """`table` names the numbers, `model` the types; an inlined struct has numbers of its own."""
    names, kinds = _numbers()[table], schema.fields(model)
    found = Obj()
    for number, value in _fields(raw):
        name = names.get(str(number), "")
        if name.startswith("@"):
            found |= _message(_bytes(value), name, model)
            continue
        counted, name = name.endswith("*"), name.removesuffix("*")
        kind = kinds.get(name, "").rstrip("!")
        if kind.startswith("[]"):
            found[name] = [*found.get(name, []), *_items(value, kind[2:])]
        elif kind.startswith("{}"):
            found[name] = {**found.get(name, {}), **_entry(_bytes(value), kind[2:])}
        elif kind:
            read = _value(value, kind)
            if read is not None and (counted or read not in ("", 0, False, {})):
                found[name] = read
    return found


def _items(value: int | bytes, kind: str) -> list[Any]:
    if kind == "i" and isinstance(value, bytes):  # packed
        return [number for number, _ in _packed(value)]
    return [_value(value, kind)]


def _packed(raw: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(raw):
        value, at = _varint(raw, at)
        yield _signed(value), at


def _entry(raw: bytes, kind: str) -> Obj:
    pair = dict(_fields(raw))
    key = _bytes(pair.get(1, b"")).decode()
    if kind.startswith("[]"):  # a list in a mapping is a message with the list in it
        return {key: [_value(value, kind[2:]) for _, value in _fields(_bytes(pair.get(2, b"")))]}
    return {key: _value(pair.get(2, b"" if kind != "i" else 0), kind)}


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _value(value: int | bytes, kind: str) -> Any:
    if isinstance(value, int):
        return bool(value) if kind == "b" else _signed(value)
    reader = READERS.get(kind)
    return reader(value) if reader else _message(value, kind, kind)


def _time(parts: dict[int, int | bytes]) -> str | None:
    seconds = parts.get(1, 0)
    if not isinstance(seconds, int) or not seconds:
        return None
    return datetime.fromtimestamp(_signed(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number_or_text(parts: dict[int, int | bytes]) -> int | str:
    """{type, intVal, strVal}"""
    if parts.get(1):
        return _bytes(parts.get(3, b"")).decode()
    number = parts.get(2, 0)
    return _signed(number) if isinstance(number, int) else 0


def _raw(value: bytes) -> Any:
    """JSON that a field carries whole."""
    inner = _bytes(dict(_fields(value)).get(1, b""))
    return json.loads(inner) if inner else None


READERS: Final[dict[str, Callable[[bytes], Any]]] = {
    "s": bytes.decode,
    "y": lambda value: base64.b64encode(value).decode(),
    "n": lambda value: struct.unpack("<d", value)[0],
    "t": lambda value: _time(dict(_fields(value))),
    "q": lambda value: _bytes(dict(_fields(value)).get(1, b"")).decode(),
    "p": lambda value: _number_or_text(dict(_fields(value))),
    "x": _raw,
}
