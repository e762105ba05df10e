"""YAML with line numbers: a wrong value is reported where it stands, a key written twice is an error."""

from __future__ import annotations

from typing import Any

import yaml

Path = tuple[str | int, ...]


class YamlProblem(Exception):
    """`line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


class Document:
    """A parsed document: `value` in plain types, and the line of each path in it."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            self.value: Any = None if node is None else self._build(loader, node, ())
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise YamlProblem(line, str(error.problem)) from error
        finally:
            loader.dispose()

    def line(self, path: Path) -> int:
        """Line of the deepest part of `path` that is in the text."""
        for end in range(len(path), -1, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 1

    def _build(self, loader: yaml.SafeLoader, node: yaml.Node, path: Path) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        return loader.construct_object(node)

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(loader.construct_object(key_node))
            if key in found:
                first = self._lines[(*path, key)]
                raise YamlProblem(line, f"key {key!r} is written twice (first on line {first})")
            self._lines[(*path, key)] = line
            found[key] = self._build(loader, value_node, (*path, key))
        return found
