"""Arguments of the actions: names by pattern, numbers in bounds, quantities that are quantities."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from tools.cluster.quantity import quantity
from tools.spec import NAME, Args, Scoped

Kind = Literal["deployment", "statefulset", "daemonset"]
ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=NAME)]
ContainerName = Annotated[str, Field(min_length=1, max_length=63, pattern=NAME)]


def _image(text: str) -> str:
    if not re.fullmatch(IMAGE, text):
        raise ValueError("an image is written registry/repository:tag, or with @sha256:digest")
    return text


_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
IMAGE: Final = rf"^{_PART}(?::[0-9]{{1,5}}(?=/))?(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?(?:@sha256:[a-f0-9]{{64}})?$"
Image = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_image)]

MAX_CORES = Decimal(256)
MAX_BYTES = Decimal(4) * 1024**4


def _cpu(text: str) -> str:
    if not Decimal("0.001") <= quantity(text) <= MAX_CORES:
        raise ValueError("cpu must lie between 1m and 256")
    return text


def _memory(text: str) -> str:
    value = quantity(text)
    if value != value.to_integral_value():
        raise ValueError("memory must be a whole number of bytes: 64Mi, not 64m")
    if not Decimal(1024**2) <= value <= MAX_BYTES:
        raise ValueError("memory must lie between 1Mi and 4Ti")
    return text


_QUANTITY = Field(max_length=20, pattern=r"^[0-9][0-9.]*(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")
Cpu = Annotated[str, _QUANTITY, AfterValidator(_cpu)]
Memory = Annotated[str, _QUANTITY, AfterValidator(_memory)]


class WorkloadArgs(Scoped):
    """One workload: by name, or the only one of a service."""

    kind: Kind = Field("deployment", description="kind of the workload")
    name: ObjectName | None = Field(None, description="workload name; left out when the service has only one")

    @model_validator(mode="after")
    def something_is_named(self) -> Self:
        if self.name is None and self.service is None:
            raise ValueError("name the workload or the service")
        return self


class UndoArgs(WorkloadArgs):
    kind: Literal["deployment"] = "deployment"
    revision: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = Field(
        None, description="revision to go back to; left out: the last one that differs from now"
    )


class RestartArgs(WorkloadArgs):
    pass


class ScaleArgs(WorkloadArgs):
    kind: Literal["deployment", "statefulset"] = "deployment"
    replicas: Annotated[int, Field(ge=0, le=500, strict=True)] = Field(description="pods wanted, 0 to 500")


class ResourcesArgs(WorkloadArgs):
    container: ContainerName | None = Field(None, description="container; left out when there is only one")
    cpu_request: Cpu | None = Field(None, description="e.g. 250m")
    cpu_limit: Cpu | None = Field(None, description="e.g. 1")
    memory_request: Memory | None = Field(None, description="e.g. 128Mi")
    memory_limit: Memory | None = Field(None, description="e.g. 256Mi")

    @model_validator(mode="after")
    def something_changes(self) -> Self:
        if not any((self.cpu_request, self.cpu_limit, self.memory_request, self.memory_limit)):
            raise ValueError("name at least one of cpu_request, cpu_limit, memory_request, memory_limit")
        pairs = (
            (self.cpu_request, self.cpu_limit, "cpu"),
            (self.memory_request, self.memory_limit, "memory"),
        )
        for asked, limit, what in pairs:
            if asked and limit and quantity(asked) > quantity(limit):
                raise ValueError(f"the {what} request is above the {what} limit")
        return self


class ImageArgs(WorkloadArgs):
    container: ContainerName | None = Field(None, description="container; left out when there is only one")
    image: Image = Field(description="e.g. registry/shop/checkout:1.4.2")


class PauseArgs(WorkloadArgs):
    kind: Literal["deployment"] = "deployment"


class BoundsArgs(WorkloadArgs):
    kind: Literal["deployment", "statefulset"] = "deployment"
    name: ObjectName | None = Field(
        None,
        description="the autoscaler, or the workload that it scales; left out when the service has only one",
    )
    min_replicas: Annotated[int, Field(ge=1, le=500, strict=True)] | None = Field(
        None, description="least pods"
    )
    max_replicas: Annotated[int, Field(ge=1, le=500, strict=True)] | None = Field(
        None, description="most pods"
    )

    @model_validator(mode="after")
    def bounds_are_bounds(self) -> Self:
        low, high = self.min_replicas, self.max_replicas
        if low is None and high is None:
            raise ValueError("name min_replicas, max_replicas or both")
        if low is not None and high is not None and low > high:
            raise ValueError("the minimum is above the maximum")
        return self


class PodArgs(Scoped):
    name: ObjectName = Field(description="pod name")


class CleanUpArgs(Scoped):
    """Finished pods of a namespace, or of one service."""

    limit: Annotated[int, Field(ge=1, le=100, strict=True)] = Field(
        10, description="most pods of one plan, oldest first"
    )

    @model_validator(mode="after")
    def something_is_named(self) -> Self:
        if self.namespace is None and self.service is None:
            raise ValueError("name the namespace or the service")
        return self


class NodeArgs(Args):
    cluster: str | None = Field(None, max_length=80, description="cluster (kubeconfig context)")
    name: ObjectName = Field(description="node name")


class DrainArgs(NodeArgs):
    lose_local_data: bool = Field(False, description="also pods with emptyDir volumes, whose data is lost")
    lose_bare_pods: bool = Field(False, description="also pods that nothing makes again")


class CronJobArgs(Scoped):
    name: ObjectName = Field(description="CronJob name")


class JobArgs(Scoped):
    name: ObjectName = Field(description="Job name")


class RerunArgs(Scoped):
    kind: Literal["job", "cronjob"] | None = Field(None, description="left out: whichever has that name")
    name: ObjectName = Field(description="Job or CronJob whose work is done once more")


class SyncArgs(Scoped):
    """What keeps things as Git has them: by its name, or by the service that it manages."""

    kind: Literal["application", "kustomization", "helmrelease"] | None = Field(
        None, description="application (Argo CD, when left out), kustomization or helmrelease (Flux)"
    )
    name: ObjectName | None = Field(None, description="its name; left out when a service is named")

    @model_validator(mode="after")
    def something_is_named(self) -> Self:
        if self.name is None and self.service is None:
            raise ValueError("name the application, kustomization or helmrelease, or the service")
        return self
