"""A change that somebody names, read into what it is billed by: the resource as it is now, and as it would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tools.oracle import prices_pieces as pieces
from tools.oracle.everywhere import dicts, number
from tools.oracle.prices_change import Wanted
from tools.oracle.prices_pieces import Piece, Sizes
from tools.oracle.savings_own import all_of_it, but_storage
from tools.oracle.where import Where, text_of
from tools.spec import Json

Verb = Literal["resize", "start", "stop", "delete"]
Kind = Literal["instance", "volume", "boot volume", "instance pool", "node pool", "database"]
RUNNING: Final = frozenset({"RUNNING", "AVAILABLE", "ACTIVE", "NEEDS_ATTENTION"})
DENSE: Final = "its shape has disks of its own, which Oracle bills while it is stopped, too"
BURSTS: Final = "its autoscaling is on: it may use, and cost, up to three times its ECPUs"
STOPPED: Final = "it is stopped: this counts from its next start on"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which resource, and what of it is to be. `values` are ocpus, memory_gb, size_gb, size, ecpus, storage_tb."""

    kind: Kind
    verb: Verb
    uid: str
    region: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource as read now; `more` is what else its price hangs on."""

    asked: Asked
    item: Json
    members: tuple[str, ...] = ()
    one: Json | None = None  # an instance like those of a pool

    @property
    def state(self) -> str:
        return text_of(self.item, "lifecycleState")

    def after(self, now: Sizes) -> dict[str, float]:
        """The sizes that it would have."""
        return {**now, **{key: value for key, value in self.asked.values.items() if key in now}}

    def wanted(self, what: str, action: str, found: list[Piece], **more: object) -> Wanted:
        name = text_of(self.item, "displayName") or text_of(self.item, "name")
        place = text_of(self.item, "compartmentId")
        return Wanted(self.asked.kind, self.asked.uid, name, place, self.asked.region, what, action, tuple(found), members=self.members, **more)  # type: ignore[arg-type]  # fmt: skip


Build = Callable[[Seen], Wanted]


async def wanted(where: Where, asked: Asked) -> Wanted:
    """Raises the three error words as Oracle refuses."""
    service, operation, ident, _ = KINDS[asked.kind]
    answer = await where.api.read(service, operation, region=asked.region, **{ident: asked.uid})
    seen = Seen(asked, answer.data)
    if asked.kind == "instance pool":
        seen = await _with_members(where, seen)
    return KINDS[asked.kind][3](seen)


def built(asked: Asked, item: Json) -> Wanted:
    """The same of a resource that was listed."""
    return KINDS[asked.kind][3](Seen(asked, item))


async def _with_members(where: Where, seen: Seen) -> Seen:
    listing = await where.api.listing(
        "compute_management", "list_instance_pool_instances", region=seen.asked.region,
        compartment_id=text_of(seen.item, "compartmentId"), instance_pool_id=seen.asked.uid,
    )  # fmt: skip
    ids = tuple(filter(None, (text_of(one, "id") for one in listing.items)))
    if not ids:
        return seen
    one = await where.api.read("compute", "get_instance", region=seen.asked.region, instance_id=ids[0])
    return Seen(seen.asked, seen.item, ids, one.data)


def _instance(seen: Seen) -> Wanted:
    now, verb = pieces.sizes_of(seen.item.get("shapeConfig") or {}), seen.asked.verb
    none = dict.fromkeys(now, 0.0)
    if verb == "resize":
        after = seen.after(now)
        lacks = "" if now.get("ocpus") else "Oracle shows no OCPUs and memory of it"
        note = () if seen.state in RUNNING else (STOPPED,)
        said = f"{_said(now)} to {_said(after)}"
        return seen.wanted(said, "instance_shape", pieces.of_instance(seen.item, now, after), notes=note, unknown=lacks)  # fmt: skip
    dense = DENSE if "dense" in text_of(seen.item, "shape").lower() and verb != "delete" else ""
    if verb == "start":
        so = "it runs already" if seen.state in RUNNING else dense
        return seen.wanted("start", "instance_start", pieces.of_instance(seen.item, none, now), unknown=so)
    gone = pieces.of_instance(seen.item, now, none)
    if verb == "stop":
        so = f"it is {seen.state} already" if seen.state not in RUNNING else dense
        return seen.wanted("stop", "instance_stop", gone, ends=but_storage, unknown=so)
    kept = ("its boot volume may stay, and cost on",)
    return seen.wanted("delete", "", gone, ends=all_of_it, notes=kept)


def _volume(seen: Seen) -> Wanted:
    now = number(seen.item, "sizeInGBs") or 0
    if seen.asked.verb == "delete":
        action = "volume_delete" if seen.asked.kind == "volume" else ""
        return seen.wanted("delete", action, pieces.of_volume(seen.item, now, 0), ends=all_of_it)
    after = seen.asked.values.get("size_gb", now)
    smaller = "a volume does not shrink" if after < now else ""
    return seen.wanted(f"{now:g} to {after:g} GB", "", pieces.of_volume(seen.item, now, after), unknown=smaller)  # fmt: skip


def _pool(seen: Seen) -> Wanted:
    """Its instances, as one of them is."""
    one, now = seen.one or {}, int(number(seen.item, "size") or 0)
    none: dict[str, float] = {}
    of_one = pieces.of_instance(one, none, pieces.sizes_of(one.get("shapeConfig") or {}))
    lacks = "" if of_one else "it has no instance that tells what one of them is"
    before, after, action = _counts(seen, now, "instance_pool")
    note = ("without the boot volumes of its instances",)
    said = f"{before} to {after} instances"
    return seen.wanted(said, action, pieces.times(of_one, before, after), notes=note, unknown=lacks)


def _node_pool(seen: Seen) -> Wanted:
    shape, none = {"shape": text_of(seen.item, "nodeShape")}, dict[str, float]()
    of_one = pieces.of_instance(shape, none, pieces.sizes_of(seen.item.get("nodeShapeConfig") or {}))
    disk = number(seen.item.get("nodeSourceDetails") or {}, "bootVolumeSizeInGBs")
    whole = [*of_one, *(pieces.of_volume({}, 0, disk) if disk else ())]
    now = int(number(seen.item.get("nodeConfigDetails") or {}, "size") or 0)
    before, after, action = _counts(seen, now, "node_pool")
    nodes = tuple(filter(None, (text_of(one, "id") for one in dicts(seen.item.get("nodes")))))
    lacks = "" if of_one else "Oracle shows no OCPUs and memory of its nodes"
    note = () if disk else ("without the boot volumes of its nodes",)
    more = Seen(seen.asked, seen.item, nodes)
    said = f"{before} to {after} nodes"
    return more.wanted(said, action, pieces.times(whole, before, after), notes=note, unknown=lacks)


def _counts(seen: Seen, now: int, kind: str) -> tuple[int, int, str]:
    """How many there are and would be, and our change that does it."""
    verb, size = seen.asked.verb, int(seen.asked.values.get("size", now))
    if verb == "resize":
        return now, size, f"{kind}_size"
    action = f"{kind}_{verb}" if kind == "instance_pool" and verb != "delete" else ""
    return (0, now, action) if verb == "start" else (now, 0, action)


def _database(seen: Seen) -> Wanted:
    now = {"ecpus": number(seen.item, "computeCount") or 0.0, "storage_tb": number(seen.item, "dataStorageSizeInTBs") or 0.0}  # fmt: skip
    verb, kept = seen.asked.verb, {"storage_tb": now["storage_tb"]}
    model = text_of(seen.item, "computeModel")
    other = "" if model == "ECPU" else f"it is counted in {model or 'an unknown unit'}, not in ECPUs"
    burst = (BURSTS,) if seen.item.get("isAutoScalingEnabled") else ()
    if verb == "resize":
        after = seen.after(now)
        only = other if after["ecpus"] != now["ecpus"] else ""
        found = pieces.of_database(seen.item, now, after)
        said = f"{now['ecpus']:g} ECPUs, {now['storage_tb']:g} TB to {after['ecpus']:g} ECPUs, {after['storage_tb']:g} TB"
        return seen.wanted(said, "database_scale", found, notes=burst, unknown=only)
    if verb == "start":
        so = "it runs already" if seen.state in RUNNING else other
        return seen.wanted("start", "database_start", pieces.of_database(seen.item, kept, now), notes=burst, unknown=so)  # fmt: skip
    if verb == "stop":
        so = f"it is {seen.state} already" if seen.state not in RUNNING else other
        gone = pieces.of_database(seen.item, now, kept)
        return seen.wanted("stop", "database_stop", gone, ends=but_storage, unknown=so)
    return seen.wanted("delete", "", pieces.of_database(seen.item, now, {}), ends=all_of_it)


def _said(sizes: Sizes) -> str:
    words = {"ocpus": "OCPUs", "memory_gb": "GB", "gpus": "GPUs"}
    return ", ".join(f"{value:g} {words[key]}" for key, value in sizes.items())


KINDS: Final[Mapping[Kind, tuple[str, str, str, Build]]] = {
    "instance": ("compute", "get_instance", "instance_id", _instance),
    "volume": ("blockstorage", "get_volume", "volume_id", _volume),
    "boot volume": ("blockstorage", "get_boot_volume", "boot_volume_id", _volume),
    "instance pool": ("compute_management", "get_instance_pool", "instance_pool_id", _pool),
    "node pool": ("container_engine", "get_node_pool", "node_pool_id", _node_pool),
    "database": ("database", "get_autonomous_database", "autonomous_database_id", _database),
}
