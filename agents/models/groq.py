"""LangChain's Groq client with what is said and what is answered past the SDK's walks over every field: a fifth of a call's
CPU, and more with each message. Imported when a model is first needed.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_groq import ChatGroq


class PlainGroq(ChatGroq):
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """As its parent, without streaming. `extra_body` goes out as it is, in place of what is walked."""
        del run_manager
        told, params = self._create_message_dicts(messages, stop)
        params |= kwargs
        extra = params.pop("extra_body", {})
        body = {**params, **extra, "messages": told}
        raw = await self.async_client.with_raw_response.create(
            messages=[], model=params["model"], extra_body=body
        )
        response = raw.http_response.json()
        if not isinstance(response, dict):
            raise TypeError("not a chat completion")
        return self._create_chat_result(response, params)
