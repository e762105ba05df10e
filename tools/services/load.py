"""Reading `services.yaml`: every problem with its line and key, or the whole map."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from tools.services.lines import Document, YamlProblem
from tools.services.model import Service, ServicesFile

WORDS = {
    "extra_forbidden": "unknown key",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of keys",
    "model_type": "must be a mapping of keys",
    "missing": "is missing",
}


class ServicesError(Exception):
    """The file cannot be used. `problems` has one sentence each, with line and key."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(text: str) -> dict[str, Service]:
    """Services by name.

    Raises:
        ServicesError: unknown key, wrong type, key twice, alias twice, unknown dependency, broken YAML.
    """
    try:
        document = Document(text)
    except YamlProblem as problem:
        raise ServicesError((str(problem),)) from problem
    try:
        return ServicesFile.model_validate(document.value or {"services": {}}).services
    except ValidationError as error:
        raise ServicesError(tuple(_problems(error, document))) from error


def read(path: Path) -> dict[str, Service]:
    """Blocking. Raises `ServicesError` also when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ServicesError(("not UTF-8 text",)) from error
    except OSError as error:
        raise ServicesError((f"cannot be read: {error.strerror}",)) from error
    return parse(text)


def _problems(error: ValidationError, document: Document) -> list[str]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in item["loc"] if part != "[key]")
        key = ".".join(str(part) for part in path) or "file"
        message = WORDS.get(item["type"], item["msg"])
        found.append(f"line {document.line(path)}: {key}: {message}")
    return found
