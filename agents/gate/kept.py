"""Results as bytes, for a cache outside of this process."""

from __future__ import annotations

from functools import cache
from typing import Any

from storage.cache import Codec
from tools.spec import Result


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
