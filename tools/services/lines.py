"""YAML with line numbers: a wrong value is reported where it stands, a key written twice is an error."""

from __future__ import annotations

from typing import Any

import yaml

Path = tuple[str | int, ...]
MOST_CHARACTERS = 1_000_000
MOST_VALUES = 50_000  # a few lines of aliases to aliases are billions


class YamlProblem(Exception):
    """`line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


class Document:
    """A parsed document: `value` in plain types, and the line of each path in it."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._seen = 0
        if len(text) > MOST_CHARACTERS:
            raise YamlProblem(1, f"larger than {MOST_CHARACTERS:,} characters")
        try:
            self.value: Any = self._read(yaml.SafeLoader(text))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise YamlProblem(line, str(error.problem)) from error
        except yaml.YAMLError as error:
            raise YamlProblem(1, "not YAML: a character that may not be there") from error
        except RecursionError as error:
            raise YamlProblem(1, "lists and mappings are nested too deeply") from error

    def _read(self, loader: yaml.SafeLoader) -> Any:
        try:
            node = loader.get_single_node()
            return None if node is None else self._build(loader, node, ())
        finally:
            loader.dispose()

    def line(self, path: Path) -> int:
        """Line of the deepest part of `path` that is in the text."""
        for end in range(len(path), -1, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 1

    def _build(self, loader: yaml.SafeLoader, node: yaml.Node, path: Path) -> Any:
        line = self._lines.setdefault(path, node.start_mark.line + 1)
        self._seen += 1
        if self._seen > MOST_VALUES:
            raise YamlProblem(line, f"more than {MOST_VALUES:,} values, aliases counted where they stand")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(loader, node)

    def _scalar(self, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        try:
            return loader.construct_object(node, deep=True)
        except ValueError as error:  # a date that is none
            raise YamlProblem(node.start_mark.line + 1, f"cannot be read: {node.value!r}") from error

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(self._scalar(loader, key_node))
            if key in found:
                first = self._lines[(*path, key)]
                raise YamlProblem(line, f"key {key!r} is written twice (first on line {first})")
            self._lines[(*path, key)] = line
            found[key] = self._build(loader, value_node, (*path, key))
        return found
