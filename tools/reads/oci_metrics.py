"""Which metrics there are: by namespace, of a resource, by a part of the name; with their dimensions and how to ask for them."""

from __future__ import annotations

from pydantic import Field

from tools.oracle.finding import anything
from tools.oracle.metric_lists import Listed, listed, near
from tools.oracle.metric_names import PLAIN
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, token
from tools.reads.digest import listed as enumerated
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Result, Tool

VALUES = 3  # of a dimension, shown
COLUMNS = ("metric", "namespace", "series", "dimensions", "ask")
HIDDEN = frozenset(
    {"resourceId", "availabilityDomain", "faultDomain", "imageId", "region"}
)  # nobody groups by them first


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="name or OCID of a resource; left out: all"
    )
    metric_namespace: str | None = Field(None, max_length=80, pattern=PLAIN, description="e.g. oci_lbaas")
    name: str | None = Field(None, max_length=80, description="part of the metric's name")
    limit: int = Field(25, ge=1, le=100, description="metrics shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    resource = text_of((await anything(where, args.resource, None))[0], "identifier") if args.resource else ""
    found = await listed(where, args.metric_namespace or "", resource=resource)
    low = (args.name or "").lower()
    fitting = [one for one in found.found if low in one.name.lower()]
    close = (
        near(args.name, (one.name for one in found.found))
        if args.name and not fitting and found.found
        else ()
    )
    spaces = sorted({one.namespace for one in fitting})
    about = f" of {token(args.resource, 'it')}" if args.resource else ""
    head = (
        f"{counted(len(fitting), 'metric')}{about} in {counted(len(spaces), 'namespace')}: {enumerated(spaces)}."
        if fitting
        else f"I see no such metric{about}."
    )
    notes = [f"Near that name: {', '.join(close)}."] if close else []
    answer = Answer(
        head, "Metrics", COLUMNS, "metrics", where.scope(), args.limit, found.unseen, notes,
        more={"namespaces": spaces, "near": list(close)}, untrusted=True,
    )  # fmt: skip
    return told(answer, [_thing(where, one) for one in fitting])


def _thing(where: Where, one: Listed) -> Thing:
    ask = f"{one.name}[5m].mean()"
    dimensions = {name: sorted(values) for name, values in sorted(one.dimensions.items())}
    shown = "; ".join(
        f"{name} ({enumerated(values, VALUES)})" for name, values in dimensions.items() if name not in HIDDEN
    )
    words = f"{counted(one.series, 'series').replace('seriess', 'series')} in {one.namespace}; by {shown or 'no dimension'}"
    data = {
        "name": one.name, "namespace": one.namespace, "series": one.series, "regions": sorted(one.regions),
        "dimensions": {name: values[:20] for name, values in dimensions.items()},
        "compartments": sorted(where.tenancy.compartments.path(ident) for ident in one.compartments),
    }  # fmt: skip
    ref = f"oci:{where.tenancy.id}#metrics/{one.namespace}/{one.name}"
    return Thing(
        f"{one.name}",
        words,
        ref,
        (one.name, one.namespace, str(one.series), shown, ask),
        data,
        value=f"{one.series} series",
        untrusted=True,
    )


OCI_METRICS = Tool(
    name="oci_metrics",
    summary="Which Oracle Cloud metrics there are, by namespace, resource or part of the name, with their dimensions.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("which metrics are there for shop-public?", "what metrics does the namespace oci_lbaas have?", "is there a metric about backends?"),
    cache_s=300,
    family="resource_metric",
)  # fmt: skip
