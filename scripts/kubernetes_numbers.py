"""Writes sandbox/cluster/schema/numbers.json: the protobuf field numbers of the API's kinds.

kubectl sends some bodies in protobuf (`create namespace`, `auth can-i`, evictions), so the local cluster reads it. The
numbers are read from the type descriptions inside the kubectl binary of the environment (a static Go program for
Linux); run it again after an upgrade: `python scripts/kubernetes_numbers.py`. See kubernetes_fields.py for the fields.
"""

import json
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
KUBECTL = Path(sys.executable).parent / "kubectl"
FIELDS = ROOT / "sandbox/cluster/schema/fields.json"
TARGET = ROOT / "sandbox/cluster/schema/numbers.json"
RECORD = 24  # a Go struct field: name, type, offset
TYPE = 48  # a Go type before its kind-specific part
POINTER = 22  # the kind of a Go type

# JSON name by number; `@Name` for a struct whose fields stand in its parent, `*` at the end where a zero counts
Struct = dict[int, str]


class Binary:
    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        (offset,) = struct.unpack_from("<Q", self.data, 0x28)
        size, count, _ = struct.unpack_from("<HHH", self.data, 0x3A)
        sections = [struct.unpack_from("<IIQQQQ", self.data, offset + i * size) for i in range(count)]
        self.address, self.start, self.length = next(
            (address, at, length)
            for _, _, _, address, at, length in sections
            if at and self._holds(at, length)
        )

    def _holds(self, at: int, length: int) -> bool:
        return self.data.find(b'protobuf:"', at, at + length) > 0

    def word(self, at: int) -> int:
        return int(struct.unpack_from("<Q", self.data, at)[0])

    def at(self, address: int) -> int:
        """Where an address is in the file; 0 when it is elsewhere."""
        inside = 0 <= address - self.address < self.length
        return address - self.address + self.start if inside else 0

    def name(self, at: int) -> tuple[str, str]:
        """(name, tag) of a Go name record."""
        length, at = self._length(at + 1)
        name = self.data[at : at + length].decode(errors="replace")
        tag, start = self._length(at + length)
        return name, self.data[start : start + tag].decode(errors="replace")

    def _length(self, at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, at

    def structs(self) -> Iterator[tuple[str, Struct]]:
        """(package.Name, fields) of every struct that protobuf knows."""
        tagged = self._tagged()
        for at in range(self.start, self.start + self.length - 8, 8):
            first = self.word(at)
            if first not in tagged or self.word(at - RECORD) in tagged:
                continue
            yield from self._described(at)

    def _tagged(self) -> set[int]:
        """Addresses of the names that any field of a tagged struct has."""
        found = set()
        for match in re.finditer(rb'json:"[^"]*"', self.data[self.start : self.start + self.length]):
            tag = match.start() + self.start
            for back in range(4, 64):
                name, text = self._try(tag - back)
                if text.startswith("json:") and name[:1].isupper():
                    found.add(tag - back - self.start + self.address)
                    break
        return found

    def _try(self, at: int) -> tuple[str, str]:
        if self.data[at] not in (2, 3, 10, 11):  # exported or embedded, with a tag
            return "", ""
        return self.name(at)

    def _is_pointer(self, at: int) -> bool:
        return self.data[self.at(self.word(at)) + 23] & 31 == POINTER

    def _described(self, at: int) -> Iterator[tuple[str, Struct]]:
        address = at - self.start + self.address
        where = self.data.find(struct.pack("<Q", address), self.start, self.start + self.length)
        if where < 0:
            return
        count = self.word(where + 8)
        if not 0 < count < 200:
            return
        kind = where - 8 - TYPE
        (offset,) = struct.unpack_from("<i", self.data, kind + 40)
        name, _ = self.name(self.start + offset)
        fields: Struct = {}
        for index in range(count):
            field, tag = self.name(self.at(self.word(at + index * RECORD)))
            number = re.search(r'protobuf:"\w+,(\d+)', tag)
            written = re.search(r'json:"([^",]*)', tag)
            if number and written:
                pointer = "*" if self._is_pointer(at + index * RECORD + 8) else ""
                fields[int(number[1])] = f"{written[1]}{pointer}" if written[1] else f"@{field}"
        if fields:
            yield name.lstrip("*"), fields


def chosen(found: list[tuple[str, Struct]], model: str, wanted: dict[str, str]) -> Struct | None:
    """The struct of that name whose fields are most like the model's."""
    short = re.sub(r"^(?:[A-Z][a-z]+)?V\d[a-z0-9]*", "", model)
    likely = [fields for name, fields in found if name.partition(".")[2] == short]
    return max(
        likely,
        key=lambda fields: len({name.rstrip("*") for name in fields.values()} & set(wanted)),
        default=None,
    )


def main() -> None:
    found = list(Binary(KUBECTL).structs())
    models = json.loads(FIELDS.read_text())["models"]
    numbers: dict[str, Struct] = {}
    for model, wanted in models.items():
        fields = chosen(found, model, wanted)
        if fields is not None:
            numbers[model] = fields
    waiting = [item[1:] for fields in numbers.values() for item in fields.values() if item.startswith("@")]
    while waiting:
        name = waiting.pop()
        if f"@{name}" not in numbers:
            fields = next(fields for full, fields in found if full.partition(".")[2] == name)
            numbers[f"@{name}"] = fields
            waiting += [item[1:] for item in fields.values() if item.startswith("@")]
    TARGET.write_text(json.dumps(numbers, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
