"""What users sign in with: API keys, auth tokens, customer secret keys, SMTP passwords, with their ages. Never the secrets themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tools.oracle.api import Api
from tools.oracle.parts import Parts, each
from tools.oracle.where import text_of
from tools.spec import Json

API_KEY, TOKEN, SECRET_KEY, SMTP = "api-key", "auth-token", "customer-secret-key", "smtp-credential"
LISTS: Final = {
    API_KEY: "list_api_keys",
    TOKEN: "list_auth_tokens",
    SECRET_KEY: "list_customer_secret_keys",
    SMTP: "list_smtp_credentials",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """`id` is the fingerprint of an API key; `created` is None where Oracle does not say."""

    kind: str
    id: str
    user: str
    user_name: str
    label: str
    created: datetime | None
    active: bool = True

    @property
    def ref(self) -> str:
        return f"oci:{self.user}#{self.kind}/{self.id}"

    def days(self, now: datetime) -> int | None:
        return (now - self.created).days if self.created else None


async def credentials(api: Api, users: Sequence[Json]) -> Parts[list[Credential]]:
    """By the OCID of the user, all kinds of each. Raises the three error words when no user's can be read."""
    names = {text_of(one, "id"): text_of(one, "name") for one in users}

    async def ask(user: str) -> list[Credential]:
        lists = await asyncio.gather(
            *(api.listing("identity", operation, user_id=user) for operation in LISTS.values())
        )
        return [
            _credential(kind, names[user], user, item)
            for kind, found in zip(LISTS, lists, strict=True)
            for item in found.items
            if str(item.get("lifecycleState", "ACTIVE")) in {"ACTIVE", "INACTIVE"}
        ]

    return await each(list(names), ask)


def _credential(kind: str, name: str, user: str, item: Json) -> Credential:
    ident = text_of(item, "fingerprint") or text_of(item, "id")
    label = text_of(item, "displayName") or text_of(item, "description") or text_of(item, "username")
    state = str(item.get("lifecycleState", "ACTIVE"))
    return Credential(kind, ident, user, name, label, moment(item, "timeCreated"), state == "ACTIVE")


def moment(item: Json, key: str) -> datetime | None:
    """None where it is left out."""
    text = text_of(item, key)
    return datetime.fromisoformat(text) if text else None
