"""Results in the cache: under which name, for how long, and as bytes for a cache outside of this process."""

from __future__ import annotations

from functools import cache
from typing import Any

from storage.cache import LIFETIMES_S, CacheKey, Codec
from tools.spec import Result, Tool


@cache
def _form() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Result)


def _write(result: Result) -> bytes:
    written: bytes = _form().dump_json(result)
    return written


def _read(body: bytes) -> Result:
    """Raises ValueError for what another release wrote in another form."""
    result: Result = _form().validate_json(body)
    return result


RESULTS: Codec[Result] = Codec(_write, _read)


def key_of(workspace: str, tool: Tool[Any], reach: str, args: str) -> CacheKey:
    """`reach` is what the person may see and `args` the hash of the arguments; a family keeps the results of several tools."""
    return CacheKey(workspace, tool.family or tool.name, reach, f"{tool.name}:{args}")


def seconds_of(tool: Tool[Any]) -> float:
    """No longer than its family lives."""
    return min(tool.cache_s, LIFETIMES_S[tool.family]) if tool.family else tool.cache_s
