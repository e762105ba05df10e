"""The outcome of a custom workflow step."""

from __future__ import annotations

from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.workspace import Json


@method("functions.completeSuccess")
async def succeeded(call: Call) -> Json:
    call.args.need("function_execution_id")
    if call.args.object("outputs") is None:
        raise SlackError("invalid_arguments")
    return {}


@method("functions.completeError")
async def failed(call: Call) -> Json:
    call.args.need("function_execution_id")
    call.args.need("error")
    return {}
