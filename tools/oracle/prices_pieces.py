"""What of a resource is billed by its size, before a change of it and after: OCPUs, memory, GB of disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tools.oracle.everywhere import number
from tools.oracle.prices import TERABYTE, series_of
from tools.oracle.where import text_of
from tools.spec import Json

OCPU: Final = re.compile(r"\bocpus?\b", re.IGNORECASE)
MEMORY: Final = re.compile(r"\bmemory\b", re.IGNORECASE)
GPU: Final = re.compile(r"\bgpus?\b", re.IGNORECASE)
ECPU: Final = re.compile(r"\becpus?\b", re.IGNORECASE)
DISK: Final = re.compile(r"(?:block|boot) volume(?!.*(?:performance|backup)).*storage", re.IGNORECASE)
SPEED: Final = re.compile(r"volume.*performance", re.IGNORECASE)
BACKUP: Final = re.compile(r"volume.*backup|backup.*volume", re.IGNORECASE)
STORED: Final = re.compile(r"^(?!.*(?:object|block|boot|backup)).*storage", re.IGNORECASE)
DISKS: Final = ("Block Volume",)
DATABASES: Final = {"DW": "Data Warehouse", "OLTP": "Transaction Processing", "AJD": "JSON", "APEX": "APEX"}
FREE_SPEED: Final = 0  # performance units of a GB that cost nothing: "lower cost"
Sizes = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Piece:
    """`words` are how SKUs call it, `series` what else the SKU of its like must name. Amounts are held all month."""

    what: str
    words: re.Pattern[str]
    series: tuple[str, ...]
    before: Decimal
    after: Decimal


def of_instance(item: Json, before: Sizes, after: Sizes) -> list[Piece]:
    """Both are `ocpus`, `memory_gb` and `gpus`; one that is 0 in both is left out."""
    series = series_of(text_of(item, "shape"))
    kinds = (("OCPUs", OCPU, "ocpus"), ("GB of memory", MEMORY, "memory_gb"), ("GPUs", GPU, "gpus"))
    return [
        Piece(what, words, series, _exact(before.get(key)), _exact(after.get(key)))
        for what, words, key in kinds
        if before.get(key) or after.get(key)
    ]


def sizes_of(config: Json) -> dict[str, float]:
    """Of a shape's configuration, as an instance and a node pool carry it. Shapes with GPUs are billed by these alone."""
    gpus = number(config, "gpus") or 0
    if gpus:
        return {"gpus": gpus}
    return {"ocpus": number(config, "ocpus") or 0, "memory_gb": number(config, "memoryInGBs") or 0}


def of_volume(item: Json, before: float, after: float) -> list[Piece]:
    """In GB; a volume's performance units are billed by its size, too."""
    speed = number(item, "vpusPerGB") or FREE_SPEED
    found = [Piece("GB", DISK, DISKS, _exact(before), _exact(after))]
    if speed:
        units = (_exact(before * speed), _exact(after * speed))
        found.append(Piece("performance units", SPEED, DISKS, *units))
    return found


def of_database(item: Json, before: Sizes, after: Sizes) -> list[Piece]:
    """Both are `ecpus` and `storage_tb`; its storage is billed by the GB."""
    series = tuple(filter(None, ("Autonomous", DATABASES.get(text_of(item, "dbWorkload"), ""))))
    found = []
    if before.get("ecpus") != after.get("ecpus"):
        found.append(Piece("ECPUs", ECPU, series, _exact(before.get("ecpus")), _exact(after.get("ecpus"))))
    if before.get("storage_tb") != after.get("storage_tb"):
        sizes = (_exact(one.get("storage_tb")) * TERABYTE for one in (before, after))
        found.append(Piece("GB of storage", STORED, series, *sizes))
    return found


def times(pieces: list[Piece], before: int, after: int) -> list[Piece]:
    """Of so many instances as one is; `pieces` are of one, with what it holds in `after`."""
    return [Piece(one.what, one.words, one.series, one.after * before, one.after * after) for one in pieces]


def _exact(value: float | None) -> Decimal:
    return Decimal(str(value or 0))
