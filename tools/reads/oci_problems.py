"""Cloud Guard: which security problems are open, how bad, since when, and what Oracle advises."""

from __future__ import annotations

import asyncio

from pydantic import Field

from tools.oracle.everywhere import either, moment
from tools.oracle.guarding import RISKS, is_open, problems
from tools.oracle.where import CompartmentArgs, Where, find, text_of
from tools.reads.digest import counted, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.spec import Call, Json, Result, Tool

ADVISED = 10  # problems whose advice is asked for
COLUMNS = ("risk", "what", "resource", "since", "state", "advice", "compartment", "region")


class Args(CompartmentArgs):
    risk: str | None = Field(
        None, pattern=r"^(?i:critical|high|medium|low|minor)$", description="only of this risk level"
    )
    all_states: bool = Field(False, description="also resolved and dismissed ones")
    limit: int = Field(20, ge=1, le=100, description="problems shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    unseen: list[str] = []
    region, found = await problems(where, unseen)
    mine = [one for one in found if _fits(one, args)]
    ordered = sorted(mine, key=_rank)
    more = await asyncio.gather(*(_advice(where, region, one, unseen) for one in ordered[:ADVISED]))
    advice = {text_of(one, "id"): text for one, text in zip(ordered, more, strict=False)}
    counts = {risk: sum(text_of(one, "riskLevel") == risk for one in mine) for risk in RISKS}
    said = ", ".join(f"{count} {risk}" for risk, count in counts.items() if count)
    what = "problem" if args.all_states else "open problem"
    head = f"{counted(len(mine), what)}{f': {said}' if said else ''}."
    answer = Answer(
        head, "Cloud Guard", COLUMNS, "problems", where.scope(), args.limit, unseen, more={"risks": counts}, untrusted=True
    )  # fmt: skip
    return told(answer, [_thing(call, where, one, advice.get(text_of(one, "id"), {})) for one in ordered])


def _fits(one: Json, args: Args) -> bool:
    if args.risk and text_of(one, "riskLevel").lower() != args.risk.lower():
        return False
    return args.all_states or is_open(one)


def _rank(one: Json) -> int:
    risk = text_of(one, "riskLevel")
    return RISKS.index(risk) if risk in RISKS else len(RISKS)


async def _advice(where: Where, region: str, one: Json, unseen: list[str]) -> Json:
    async def ask() -> Json:
        found = await where.api.read(
            "cloud_guard", "get_problem", region=region, problem_id=text_of(one, "id")
        )
        return dict(found.data)

    return await either(ask, unseen, f"advice on {text_of(one, 'detectorRuleId')}")


def _thing(call: Call, where: Where, one: Json, more: Json) -> Thing:
    risk, rule, name = (text_of(one, key) for key in ("riskLevel", "detectorRuleId", "resourceName"))
    first = moment(one, "timeFirstDetected")
    since = f"{ago(first, call.now)}" if first else "unknown"
    advice = short(text_of(more, "recommendation"), 200)
    about = short(text_of(more, "description"), 200) or rule
    place = ", ".join(filter(None, (where.path(one), text_of(one, "region"))))
    words = "; ".join(
        filter(None, (f"{about} ({text_of(one, 'resourceType')})", f"since {since}", advice, place))
    )
    state = text_of(one, "lifecycleDetail")
    row = (risk, rule, name, since, state, advice, where.path(one), text_of(one, "region"))
    data = {
        "id": text_of(one, "id"), "risk": risk, "rule": rule, "resource": text_of(one, "resourceId"), "name": name, "state": state,
        "first": text_of(one, "timeFirstDetected"), "advice": advice, "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    return Thing(f"{risk} {name}", words, f"oci:{text_of(one, 'id')}#riskLevel", row, data, _rank(one), risk)


OCI_PROBLEMS = Tool(
    name="oci_problems",
    summary="Security problems that Oracle Cloud Guard found: risk, resource, since when, advice.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "what does cloud guard say?",
        "critical security problems in oracle cloud",
        "open cloud guard problems in shop",
    ),
    cache_s=60,
)
