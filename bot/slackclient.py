"""Slack's client on our shared session: what it repeats by itself, and answers that are not Slack's."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

AWAY = (TimeoutError, aiohttp.ClientError)
TOLD = (
    "/chat.postMessage", "/chat.update", "/chat.postEphemeral", "/views.open", "/views.publish", "/views.update",
    "/files.completeUploadExternal", "/chat.startStream", "/chat.appendStream", "/chat.stopStream",
)  # fmt: skip


class NotSlackError(aiohttp.ClientError):
    """Something between us and Slack answered in its place, or Slack in a form that says nothing."""


def web_client(
    token: str, api_url: str, http: aiohttp.ClientSession | None = None, seconds: int = 15
) -> AsyncWebClient:
    """Patient with rate limits and server errors where it reads. What people see is repeated by `Outgoing`, which may not
    do so blindly.
    """
    client = AsyncWebClient(token=token, base_url=api_url, session=http, timeout=seconds)
    client.retry_handlers = [
        UnlessTold(AsyncConnectionErrorRetryHandler(max_retry_count=2)),
        UnlessTold(AsyncRateLimitErrorRetryHandler(max_retry_count=3)),
        UnlessTold(AsyncServerErrorRetryHandler(max_retry_count=2)),
        OnlySlack(),
    ]
    return client


class UnlessTold(AsyncRetryHandler):
    """`inner`, for all methods but those that people see."""

    def __init__(self, inner: AsyncRetryHandler) -> None:
        super().__init__(inner.max_retry_count)
        self._inner = inner

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith(TOLD):
            return False
        return await self._inner.can_retry_async(state=state, request=request, response=response, error=error)

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        await self._inner.prepare_for_next_attempt_async(
            state=state, request=request, response=response, error=error
        )


class OnlySlack(AsyncRetryHandler):
    """Repeats nothing. The SDK takes any text for an answer of Slack's and fails over it in ways of its own; here it is
    one kind of network error. Asked last.
    """

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state
        if isinstance(error, SlackApiError | ValueError):  # a body that is no JSON, or no text
            _not_slack(request, "an answer that cannot be read", error)
        if response is not None and not isinstance(response.body, dict) and not _takes_bytes(request):
            _not_slack(request, f"HTTP {response.status_code} without Slack's answer", error)
        return False


def _takes_bytes(request: HttpRequest) -> bool:
    """The address of an upload, which answers `OK - 1204`; whether that is fine the SDK judges by the status."""
    path = urlsplit(request.url).path
    return "/upload/" in path and "/api/" not in path


def _not_slack(request: HttpRequest, what: str, error: Exception | None) -> NoReturn:
    raise NotSlackError(f"{request.url.rpartition('/')[2]}: {what}") from error
