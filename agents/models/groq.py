"""LangChain's Groq client with the messages past the SDK's walk over every field of them: a tenth of a call's CPU, and
more with each message. Imported when a model is first needed.
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
        """As its parent, without streaming; what is in `extra_body` goes out as it is, in place of what is walked."""
        del run_manager
        told, params = self._create_message_dicts(messages, stop)
        params |= kwargs
        params["extra_body"] = {**params.get("extra_body", {}), "messages": told}
        response = await self.async_client.create(messages=[], **params)
        return self._create_chat_result(response, params)
