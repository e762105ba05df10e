"""The HTTP side: chat completions, streamed or whole, under Groq's path and OpenAI's; every request is kept."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from sandbox.listening import Listener, Running
from sandbox.models.replies import Body, Broken, Calls, Fail, Hang, Reply, Reset, Say, Script, in_order

MODELS = ("openai/gpt-oss-120b", "openai/gpt-oss-20b", "llama-3.3-70b-versatile")


class ModelServer(Running):
    """Use as an async context manager. `groq_url` is the host, `openai_url` ends in `/v1`. `takes`: seconds a reply."""

    def __init__(
        self,
        script: Script | Iterable[Reply],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        takes: Callable[[], float] = float,
    ) -> None:
        self.script: Script = script if callable(script) else in_order(script)
        self._takes = takes
        self.requests: list[Body] = []
        self._host, self._port = host, port
        self._listener = Listener(closing_s=0.2)
        self._count = itertools.count(1)

    @property
    def groq_url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def openai_url(self) -> str:
        return f"{self.groq_url}/v1"

    async def start(self) -> None:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        for prefix in ("/openai/v1", "/v1"):
            app.router.add_post(f"{prefix}/chat/completions", self._complete)
            app.router.add_get(f"{prefix}/models", self._models)
        self._port = await self._listener.open(app, self._port, self._host)

    async def stop(self) -> None:
        await self._listener.close()

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]}
        )

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: Body = await request.json()
        self.requests.append(body)
        reply = self.script(body)
        await asyncio.sleep(self._takes())
        if isinstance(reply, Fail):
            return _failure(reply)
        if isinstance(reply, Hang):
            await asyncio.sleep(reply.seconds)
            reply = Say("")
        if isinstance(reply, Reset):
            return await _reset(request, reply, stream=bool(body.get("stream")))
        head = {
            "id": f"chatcmpl-{next(self._count)}",
            "created": int(time.time()),
            "model": body.get("model", ""),
        }
        message, finish = _message(reply, head["id"]), "stop" if isinstance(reply, Say) else "tool_calls"
        usage = _usage(body, message)
        if body.get("stream"):
            return await _streamed(request, head, message, finish, usage)
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})


def _failure(reply: Fail) -> web.Response:
    headers = {} if reply.retry_after is None else {"retry-after": f"{reply.retry_after:g}"}
    error = {"message": reply.message, "type": "error", "code": reply.code or None}
    return web.json_response({"error": error}, status=reply.status, headers=headers)


def _message(reply: Reply, key: str) -> dict[str, Any]:
    if isinstance(reply, Say):
        return {"role": "assistant", "content": reply.text}
    if isinstance(reply, Broken):
        return _calling([(reply.name, reply.raw)], None, key)
    if isinstance(reply, Calls):
        return _calling([(name, json.dumps(args)) for name, args in reply.calls], reply.text or None, key)
    raise TypeError(f"no message for {reply!r}")


def _calling(calls: list[tuple[str, str]], text: str | None, key: str) -> dict[str, Any]:
    items = [
        {
            "index": n,
            "id": f"call_{key}_{n}",
            "type": "function",
            "function": {"name": name, "arguments": raw},
        }
        for n, (name, raw) in enumerate(calls)
    ]
    return {"role": "assistant", "content": text, "tool_calls": items}


def _usage(body: Body, message: dict[str, Any]) -> dict[str, int]:
    prompt, completion = len(json.dumps(body)) // 4, max(1, len(json.dumps(message)) // 4)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


async def _streamed(
    request: web.Request, head: dict[str, Any], message: dict[str, Any], finish: str, usage: dict[str, int]
) -> web.StreamResponse:
    response = await _open_stream(request)
    base = {**head, "object": "chat.completion.chunk"}
    for delta in _deltas(message):
        await _send(response, {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    last = {"index": 0, "delta": {}, "finish_reason": finish}
    await _send(
        response, {**base, "choices": [last], "usage": usage, "x_groq": {"id": head["id"], "usage": usage}}
    )
    await response.write(b"data: [DONE]\n\n")
    return response


def _deltas(message: dict[str, Any]) -> list[dict[str, Any]]:
    text = message.get("content") or ""
    words = [text[at : at + 12] for at in range(0, len(text), 12)]
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        *({"content": word} for word in words),
    ]
    if message.get("tool_calls"):
        deltas.append({"tool_calls": message["tool_calls"]})
    return deltas


async def _open_stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def _send(response: web.StreamResponse, chunk: dict[str, Any]) -> None:
    await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


async def _reset(request: web.Request, reply: Reset, *, stream: bool) -> web.StreamResponse:
    if stream:
        response = await _open_stream(request)
        chunk = {"index": 0, "delta": {"role": "assistant", "content": reply.text}, "finish_reason": None}
        await _send(response, {"id": "chatcmpl-x", "object": "chat.completion.chunk", "choices": [chunk]})
    else:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "4096"})
        await response.prepare(request)
        await response.write(b'{"id": "chatcmpl-x", "choices": [{"message": {"content": "')
    if request.transport is not None:
        request.transport.abort()
    return response
