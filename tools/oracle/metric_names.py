"""Which metric a person means: by a word of theirs, by Oracle's name; in a namespace that they named or in the one that has it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import AskBack
from tools.oracle.metrics import names
from tools.oracle.where import CloudArgs, Where, text_of

USUAL = {
    "cpu": ("oci_computeagent", "CpuUtilization"),
    "memory": ("oci_computeagent", "MemoryUtilization"),
    "gpu": ("gpu_infrastructure_health", "GpuUtilization"),
}
OF_KIND = {
    "instance": "oci_computeagent",
    "load balancer": "oci_lbaas",
    "database": "oci_autonomous_database",
}
PLAIN = r"^[A-Za-z][A-Za-z0-9_]*$"
OFFERED = 12


class MetricArgs(CloudArgs):
    metric: str = Field(
        "cpu",
        max_length=80,
        pattern=PLAIN,
        description="cpu, memory, gpu, or Oracle's name, e.g. UnHealthyBackendServers",
    )
    metric_namespace: str | None = Field(
        None, max_length=80, pattern=PLAIN, description="e.g. oci_lbaas; left out: found by the metric"
    )
    resource: str | None = Field(
        None, max_length=300, description="name or OCID of the resource; left out: all"
    )
    kind: Literal["instance", "load balancer", "database"] = Field(
        "instance", description="kind of the resource"
    )
    stat: Literal["mean", "max", "min", "sum", "count", "rate"] = "mean"


async def which(where: Where, region: str, compartment: str, args: MetricArgs) -> tuple[str, str]:
    """Namespace and metric; a name that nobody knows is asked back with those that there are."""
    if args.metric.lower() in USUAL:
        space, name = USUAL[args.metric.lower()]
        if args.metric_namespace is not None:
            return args.metric_namespace, name
        of_kind = args.kind != "instance" and args.metric.lower() == "cpu"
        return (OF_KIND[args.kind] if of_kind else space), name
    known = await names(where, region, compartment, args.metric_namespace or "")
    fitting = [one for one in known if text_of(one, "name").lower() == args.metric.lower()]
    spaces = {text_of(one, "namespace"): text_of(one, "name") for one in fitting}
    if OF_KIND[args.kind] in spaces:
        return OF_KIND[args.kind], spaces[OF_KIND[args.kind]]
    if len(spaces) == 1:
        return next(iter(spaces.items()))
    if spaces:
        raise AskBack(f"Several namespaces have {args.metric}. Which one?", tuple(spaces))
    known_names = tuple(sorted({text_of(one, "name") for one in known}))
    raise AskBack(f"I see no metric {args.metric} there. Which one?", known_names[:OFFERED])
