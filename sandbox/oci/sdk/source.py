"""Where the SDK's sources are. Importing them would cost a second and 50 MiB; their text is regular enough to read."""

from functools import cache
from importlib import util
from pathlib import Path


@cache
def root() -> Path:
    """The folder of the package `oci`. Raises FileNotFoundError when the SDK is not installed."""
    found = util.find_spec("oci")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the local OCI needs the package oci, whose sources it reads")
    return Path(next(iter(found.submodule_search_locations)))


def clients(service: str) -> dict[str, str]:
    """The text of each client of a service by the name of its class, asynchronous twins left out."""
    found = {}
    for path in sorted((root() / service).glob("*_client.py")):
        if path.name.startswith("async_"):
            continue
        text = path.read_text(encoding="utf-8")
        found[text.partition("\nclass ")[2].partition("(")[0]] = text
    return found


def model(service: str, name: str) -> str:
    """The text of one model's module."""
    return (root() / service / "models" / f"{_modules(service)[name]}.py").read_text(encoding="utf-8")


def knows_model(service: str, name: str) -> bool:
    return name in _modules(service)


@cache
def _modules(service: str) -> dict[str, str]:
    """Class name to module name, from the package's own imports."""
    lines = (root() / service / "models" / "__init__.py").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line.startswith("from .")]
    return {line[3]: line[1].removeprefix(".") for line in words}
