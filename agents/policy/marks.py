"""YAML read with the line of every key kept, so that an error can name line and key.

Duplicate keys are errors: YAML's own loaders keep the last one silently, which in a policy hides a grant or a limit.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
MOST_CHARACTERS = 1_000_000
MOST_VALUES = 50_000  # a few lines of aliases to aliases are billions


@dataclass(eq=False)
class DocumentError(Exception):
    """The document is wrong at `line` (1 is the first) in `key` (dotted path; empty: the document itself)."""

    line: int
    key: str
    problem: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.key}" if self.key else "")
        return f"{where}: {self.problem}"


def dotted(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


@dataclass
class Document:
    """Plain data and the line of each path in it."""

    data: Any
    lines: Mapping[Path, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of `path`, or of the nearest thing above it."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)

    def error(self, path: Sequence[str | int], problem: str) -> DocumentError:
        return DocumentError(self.line(path), dotted(path), problem)


@dataclass
class _Reader:
    loader: yaml.SafeLoader
    seen: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    open_nodes: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise DocumentError(
                self.lines[path], "", f"more than {MOST_VALUES:,} values, aliases counted where they stand"
            )
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if id(node) in self.open_nodes:
            raise DocumentError(self.lines[path], dotted(path), "an anchor that contains itself")
        self.open_nodes.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
            return self.mapping(node, path)
        finally:
            self.open_nodes.discard(id(node))

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node, path)
            line = key_node.start_mark.line + 1
            if key in found:
                first = self.lines[(*path, key)]
                raise DocumentError(line, dotted((*path, key)), f"duplicate key, first on line {first}")
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def key(self, node: yaml.Node, path: Path) -> str:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            raise DocumentError(line, dotted(path), "a key must be a plain word")
        key: Hashable = self.scalar(node, path)
        if not isinstance(key, str):
            raise DocumentError(line, dotted((*path, str(node.value))), "a key must be text; quote it")
        return key

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        try:
            return self.loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise DocumentError(
                node.start_mark.line + 1, dotted(path), f"cannot be read: {node.value!r}"
            ) from error


def read_document(text: str) -> Document:
    """Raises DocumentError for anything but one YAML mapping with unique text keys, of a size that people write."""
    if len(text) > MOST_CHARACTERS:
        raise DocumentError(1, "", f"larger than {MOST_CHARACTERS:,} characters")
    try:
        return _read(text)
    except RecursionError as error:
        raise DocumentError(1, "", "lists and mappings are nested too deeply") from error


def _read(text: str) -> Document:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DocumentError(line, "", f"not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise DocumentError(1, "", "not YAML: a character that may not be there") from error
    if node is None:
        return Document({}, {})
    reader = _Reader(loader)
    data = reader.value(node, ())
    if not isinstance(data, dict):
        raise DocumentError(node.start_mark.line + 1, "", "the file must be a mapping of keys")
    return Document(data, reader.lines)
