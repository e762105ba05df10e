"""Oracle's cost reports in FOCUS: gzipped CSV in a bucket of Oracle's own tenancy, which a policy must endorse reading of.

The bucket is named by the OCID of the tenancy that it is about and stands in its home region.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tools.oracle.costs import DAY
from tools.oracle.where import Where

SERVICE: Final = "object_storage"
NAMESPACE: Final = "bling"
FOLDER: Final = "FOCUS Reports/"
PIECE: Final = 4 << 20
AFTER: Final = 3  # days after which the last rows of a day are delivered


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    size: int


async def delivered(where: Where, since: datetime, until: datetime) -> list[Report]:
    """The reports in the folders of these days and of those in which their last rows come. Raises the three error words."""
    days = [since + n * DAY for n in range((until - since).days + AFTER)]
    found = await asyncio.gather(*(listed(where, f"{FOLDER}{day:%Y/%m/%d}/") for day in days))
    return [one for reports in found for one in reports]


async def listed(where: Where, prefix: str) -> list[Report]:
    """Raises the three error words."""
    found: list[Report] = []
    start = ""
    while True:
        more = {"start": start} if start else {}
        answer = await where.api.read(
            SERVICE, "list_objects", **_bucket(where), prefix=prefix, fields="name,size", **more
        )
        found += [
            Report(str(one["name"]), int(one.get("size") or 0)) for one in answer.data.get("objects") or []
        ]
        start = str(answer.data.get("nextStartWith") or "")
        if not start:
            return found


def pieces(where: Where, report: Report, loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    """What it holds, fetched as it is read; for a thread beside `loop`. Raises the three error words."""
    at = 0
    while at < report.size:
        last = min(at + PIECE, report.size) - 1
        asked = where.api.read(
            SERVICE, "get_object", **_bucket(where), object_name=report.name, range=f"bytes={at}-{last}"
        )
        data = bytes(asyncio.run_coroutine_threadsafe(asked, loop).result().data)
        if not data:
            return
        yield data
        at += len(data)


def _bucket(where: Where) -> dict[str, Any]:
    return {"region": where.tenancy.home, "namespace_name": NAMESPACE, "bucket_name": where.tenancy.id}
