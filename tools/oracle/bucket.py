"""A bucket of Object Storage that is only ever added to: an object is put once, and never in the place of another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from tools.errors import GiveUp
from tools.oracle.api import Api
from tools.oracle.failures import Changed
from tools.oracle.oracle import Oracle

WITHIN_S: Final = 20.0
SERVICE: Final = "object_storage"
AT_ONCE: Final = 8
NEVER_OVER: Final = "*"  # if-none-match


@dataclass
class Bucket:
    """Used by the principal for changes where there is one, else by the reader, in the region of its profile."""

    oracle: Oracle
    name: str
    _namespace: str = ""

    def _api(self) -> Api:
        if self.oracle.change_by is None:
            return self.oracle.reading(WITHIN_S)
        return self.oracle.changing(WITHIN_S)

    async def _where(self, api: Api) -> dict[str, Any]:
        """The namespace never changes."""
        if not self._namespace:
            self._namespace = _namespace((await api.read(SERVICE, "get_namespace")).data)
        return {"namespace_name": self._namespace, "bucket_name": self.name}

    async def put(self, name: str, text: str) -> bool:
        """False when an object of that name is there already: it is left as it is. Raises the three error words."""
        api = self._api()
        where = await self._where(api)
        body = text.encode()
        try:
            await api.write(
                SERVICE,
                "put_object",
                **where,
                object_name=name,
                put_object_body=body,
                if_none_match=NEVER_OVER,
                content_type="application/json",
            )
        except Changed:
            return False
        return True

    async def get(self, name: str) -> str:
        """Raises the three error words; GiveUp also for what is no text."""
        api = self._api()
        answer = await api.read(SERVICE, "get_object", **await self._where(api), object_name=name)
        try:
            return bytes(answer.data).decode()
        except UnicodeDecodeError as error:
            raise GiveUp(f"{name} in bucket {self.name} is no text", "oci") from error

    async def names(self, prefix: str) -> list[str]:
        """Of all objects that begin so, in their order. Raises the three error words."""
        found: list[str] = []
        start = ""
        while True:
            api = self._api()
            more = {"start": start} if start else {}
            where = await self._where(api)
            answer = await api.read(SERVICE, "list_objects", **where, prefix=prefix, fields="name", **more)
            found += [str(one["name"]) for one in answer.data.get("objects") or []]
            start = str(answer.data.get("nextStartWith") or "")
            if not start:
                return found

    async def texts(self, prefix: str) -> dict[str, str]:
        """What those objects hold, by name. Raises the three error words."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> str:
            async with places:
                return await self.get(name)

        names = await self.names(prefix)
        return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))

    async def rules(self) -> int:
        """How many retention rules it has. Raises the three error words, NotVisible when there is no such bucket."""
        api = self._api()
        where = await self._where(api)
        await api.read(SERVICE, "get_bucket", **where)
        return len((await api.listing(SERVICE, "list_retention_rules", **where)).items)


def _namespace(data: Any) -> str:
    return str(data).strip().strip('"')
