"""Console histories of instances: captured at some moment, read as a file."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.services.listing import getting, listing

MODEL: Final = "ConsoleHistory"
USUAL: Final = 10_240


def _content(call: Call) -> Answer:
    """From `offset`, at most `length` bytes, and how much is left."""
    found = call.record(MODEL, call.path["instanceConsoleHistoryId"])
    text = str(found.hidden.get("content", ""))
    offset, length = int(call.query.get("offset") or 0), int(call.query.get("length") or USUAL)
    left = max(0, len(text) - offset - length)
    return Answer(text[offset : offset + length], found, {"opc-bytes-remaining": str(left)})


TABLE: Final[Table] = {
    "list_console_histories": listing("core", MODEL),
    "get_console_history": getting("core", MODEL, "instanceConsoleHistoryId"),
    "get_console_history_content": _content,
}
