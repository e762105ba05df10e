"""A call's arguments, from wherever they come: query, form (with JSON inside) or a JSON body."""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import web

from sandbox.slack.core.errors import SlackError

Json = dict[str, Any]
CODED: Final = frozenset(
    {
        "attachments",
        "blocks",
        "chunks",
        "error",
        "files",
        "loading_messages",
        "metadata",
        "outputs",
        "prompts",
        "unfurls",
        "view",
    }
)


async def read_args(request: web.Request) -> Json:
    """Query, then body. Raises SlackError `invalid_json` or `invalid_form_data`."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        values |= await _json_body(request)
    elif request.method == "POST":
        form = await request.post()
        values |= {key: value for key, value in form.items() if isinstance(value, str)}
    return {key: _decoded(key, value) for key, value in values.items()}


async def _json_body(request: web.Request) -> Json:
    raw = await request.text()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _decoded(key: str, value: Any) -> Any:
    if key not in CODED or not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
