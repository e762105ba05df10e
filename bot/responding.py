"""Answers that only the asker sees: through the address that came with the delivery, else as an ephemeral message."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog

from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.blocks import Message
from bot.telling import SlackAwayError

TIMEOUT = aiohttp.ClientTimeout(total=10)
log = structlog.get_logger(__name__)


@dataclass
class Responding:
    http: aiohttp.ClientSession
    outgoing: Outgoing

    async def answer(self, work: Admitted, message: Message, *, share: bool = False) -> bool:
        """To a command: ephemeral unless it was asked to be shared. The address works five times in half an hour."""
        address = str(work.payload.get("response_url", ""))
        if address and await self._respond(address, message, share=share):
            return True
        if share:
            await self.outgoing.post(f"reply:{work.row_id}", work.place.channel, "", message)
            return True
        return await self.outgoing.whisper(work.place.channel, work.actor.user, message)

    async def replace(self, work: Admitted, message: Message) -> bool:
        """What was clicked becomes `message`. What only one person sees changes through the address of the click alone; so
        does what Slack does not let us edit, as what was posted through such an address.
        """
        address = str(work.payload.get("response_url", ""))
        if not work.payload.get("private"):
            try:
                await self.outgoing.edit(work.place.channel, work.delivery.ts, message)
            except SlackAwayError as error:
                log.info("not_edited", reason=str(error))
            else:
                return True
        return bool(address) and await self._respond(address, message, share=False, instead=True)

    async def whisper(self, work: Admitted, message: Message) -> bool:
        """Beside the message that was clicked. On the Home tab there is nowhere to whisper."""
        place = work.place
        return bool(place.channel) and await self.outgoing.whisper(
            place.channel, work.actor.user, message, place.thread
        )

    async def _respond(self, address: str, message: Message, *, share: bool, instead: bool = False) -> bool:
        self.outgoing.lease.must_hold()
        payload: dict[str, Any] = {
            key: value for key, value in message.payload().items() if key in {"text", "blocks"}
        }
        payload |= {"response_type": "in_channel" if share else "ephemeral", "replace_original": instead}
        try:
            # Plainly: the SDK would make a client, its headers and its log lines anew for every address.
            async with self.http.post(address, json=payload, timeout=TIMEOUT) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError) as error:
            log.warning("response_address_failed", reason=type(error).__name__)
            return False
        if status != HTTPStatus.OK:
            log.warning("response_address_refused", status=status)
        return status == HTTPStatus.OK
