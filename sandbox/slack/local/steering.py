"""Trouble and circumstances on order: faults, lost links, slow limits."""

from __future__ import annotations

from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.faults import read_fault
from sandbox.slack.core.limiter import Limiter
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.workspace import Json


async def disconnect(inputs: Inputs) -> Json:
    """Refresh the links as Slack does, or with `abrupt` reset them."""
    workspace = inputs.workspace
    if inputs.flag("abrupt"):
        return {"links": workspace.links.abort()}
    return {"links": await workspace.links.refresh(workspace.timing.refresh_notice)}


async def fault(inputs: Inputs) -> Json:
    ordered = read_fault(inputs.values)
    if ordered.times < 1:
        raise BadInput("times is at least 1")
    inputs.workspace.faults.order(ordered)
    return {"faults": inputs.workspace.faults.pending()}


async def limits(inputs: Inputs) -> Json:
    """Enforce Slack's rate limits from now on, or stop that."""
    on = inputs.flag("on")
    inputs.workspace.limiter = Limiter(inputs.workspace.clock) if on else None
    return {"on": on}
