"""Webhooks of our own: JSON, signed, under a name that stays the same when it is sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.notify.posting import Poster
from bot.notify.signing import signed
from bot.notify.ways import Delivery
from bot.notify.wording import data_of
from tools.errors import GiveUp


@dataclass(frozen=True, slots=True)
class Webhook:
    poster: Poster
    keys: tuple[bytes, ...]

    async def send(self, delivery: Delivery) -> str:
        """Nothing leaves unsigned: nobody could tell it from a forgery."""
        if not self.keys:
            raise GiveUp("NOTIFY_WEBHOOK_SECRET is not set, and nothing leaves unsigned")
        body = json.dumps(data_of(delivery), ensure_ascii=False, sort_keys=True).encode()
        headers = signed(self.keys, delivery.row.id, delivery.at, body)
        await self.poster.post(delivery.where, body, headers)
        return delivery.row.id
