"""Give an autonomous database more or fewer ECPUs, or more storage. Storage does not shrink this way."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.plan import Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Subject, subject
from tools.remediation.database import (
    AVAILABLE,
    ECPUS,
    NEEDS,
    READ,
    SORT,
    STORAGE,
    about,
    autoscaled,
    number,
    turn,
    write,
)
from tools.spec import Call, Json, Risk

BURST: Final = 3  # times its own ECPUs, where autoscaling is on
TURN: Final = turn("scale", "update")


class ScaleArgs(ResourceArgs):
    ecpus: float | None = Field(None, ge=2, le=1_024, description="number of ECPUs; left out: as it is")
    storage_tb: int | None = Field(None, ge=1, le=384, description="storage in TB; left out: as it is")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.ecpus is None and self.storage_tb is None:
            raise ValueError("say how many ECPUs or how much storage")
        return self


async def _plan(call: Call, args: ScaleArgs) -> Draft:
    found = await subject(call, args, SORT)
    now = TURN.values(found)
    wanted = {ECPUS: number(args.ecpus)} if args.ecpus else {}
    wanted |= {STORAGE: number(args.storage_tb)} if args.storage_tb else {}
    _possible(found, now, wanted)
    wanted = {key: value for key, value in wanted.items() if value != now[key]}
    grows = STORAGE in wanted
    way = Way(
        title=f"Scale database {short(found.name, 80)} to {_said({**now, **wanted})}",
        wanted=wanted,
        write=_write(found, wanted),
        back=None if grows else _write(found, {ECPUS: now[ECPUS]}),
        undo="storage does not shrink again this way" if grows else f"scale it to {now[ECPUS]} ECPUs again",
        blast=Blast(summary=about(found)),
        criterion=f"Oracle shows it {AVAILABLE} with {_said({**now, **wanted})}",
        deadline_s=1_800.0,
        risk=Risk.MEDIUM,
        warnings=_warnings(found, now, wanted),
        args={"resource": found.id, "ecpus": args.ecpus, "storage_tb": args.storage_tb},
    )
    return cloud_draft.draft(call, "database_scale", found, TURN, way)


def _said(values: dict[str, str]) -> str:
    return f"{values[ECPUS]} ECPUs and {values[STORAGE]} TB"


def _write(found: Subject, wanted: dict[str, str]) -> Write:
    details: Json = {}
    if ECPUS in wanted:
        details["computeCount"] = float(wanted[ECPUS])
    if STORAGE in wanted:
        details["dataStorageSizeInTBs"] = int(wanted[STORAGE])
    return write(found, "update_autonomous_database", update_autonomous_database_details=details)


def _possible(found: Subject, now: dict[str, str], wanted: dict[str, str]) -> None:
    """Raises GiveUp for what Oracle would refuse, or where the numbers would mean something else."""
    if found.state != AVAILABLE:
        raise GiveUp(
            f"{found.name} is {found.state}: it can be scaled when it is {AVAILABLE}", "oci:database"
        )
    if text_of(found.item, "computeModel") != "ECPU" and ECPUS in wanted:
        model = text_of(found.item, "computeModel") or "an unknown unit"
        raise GiveUp(
            f"{found.name} is counted in {model}, not in ECPUs: the number would mean something else",
            "oci:database",
        )
    if found.item.get("isFreeTier"):
        raise GiveUp(f"{found.name} is Always Free: Oracle does not scale it", "oci:database")
    if all(now[key] == value for key, value in wanted.items()):
        raise GiveUp(f"{found.name} has {_said(now)} already", "oci:database")
    if STORAGE in wanted and float(wanted[STORAGE]) < float(now[STORAGE]):
        raise GiveUp(
            f"{found.name} has {now[STORAGE]} TB: storage does not shrink this way, Oracle has an operation of its own for that",
            "oci:database",
        )


def _warnings(found: Subject, now: dict[str, str], wanted: dict[str, str]) -> tuple[str, ...]:
    said = []
    if ECPUS in wanted and float(wanted[ECPUS]) < float(now[ECPUS]):
        said.append("what runs on it gets less; queries may take longer")
    elif wanted:
        said.append("what it gets more costs from then on")
    if ECPUS in wanted and autoscaled(found):
        most = number(BURST * float(wanted[ECPUS]))
        said.append(f"its autoscaling is on: it may use, and cost, up to {most} ECPUs")
    return tuple(said)


_VERB = "(scale|resize|set|change|give) [the] [oci|oracle] [autonomous] database"
DATABASE_SCALE = turned(
    "database_scale",
    TURN,
    ScaleArgs,
    _plan,
    summary="Change the ECPUs or the storage of an Oracle Cloud autonomous database while it runs.",
    risk=Risk.MEDIUM,
    reads=READ,
    writes=("autonomous database: computeCount, dataStorageSizeInTBs",),
    verified="Oracle shows the database AVAILABLE with these ECPUs and this storage",
    needs=NEEDS,
    examples=(
        "give database shop-reports 8 ecpus and 2 tb",
        "scale database shop-reports to 8 ecpus",
        "resize the database shop-reports to 2 tb of storage",
    ),
    says=(
        f"{_VERB} {{resource}} [to|with] {{ecpus}} (ecpus|ecpu) [and|with] {{storage_tb}} (tb|terabytes) [of] [storage]",
        f"{_VERB} {{resource}} [to|with] {{ecpus}} (ecpus|ecpu)",
        f"{_VERB} {{resource}} [to|with] {{storage_tb}} (tb|terabytes) [of] [storage]",
    ),
)
