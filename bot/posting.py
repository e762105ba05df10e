"""Slack's client repeats what failed, but no post: Slack may have taken it, and only looking tells."""

from __future__ import annotations

from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

POST = "/chat.postMessage"


class LostUnlessPosting(AsyncConnectionErrorRetryHandler):
    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith(POST):
            return False
        return await super().can_retry_async(state=state, request=request, response=response, error=error)


class FailedUnlessPosting(AsyncServerErrorRetryHandler):
    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith(POST):
            return False
        return await super().can_retry_async(state=state, request=request, response=response, error=error)
