"""The form of `services.yaml`: what a service's name ties together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from tools.spec import NAME

WorkloadKind = Literal["deployment", "statefulset", "daemonset", "cronjob", "job"]
ServiceName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][-A-Za-z0-9_. ]*$")]


def _of_kind(kind: str, text: str) -> str:
    if text.startswith("ocid1.") and not text.startswith(f"ocid1.{kind}."):
        raise ValueError(f"is the OCID of something else; one of {kind} is expected")
    return text


def _instance(text: str) -> str:
    key, equals, value = text.partition("=")
    if equals and not (key.strip() and value.strip()):
        raise ValueError("a tag is written key=value, or Namespace.key=value")
    return _of_kind("instance", text)


PartName = Annotated[str, Field(min_length=1, max_length=300)]
InstanceName = Annotated[PartName, AfterValidator(_instance)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class WorkloadRef(_Part):
    """A workload, by where it is. `cluster` is a kubeconfig context."""

    cluster: Annotated[str, Field(min_length=1, max_length=80)]
    namespace: Annotated[str, Field(max_length=63, pattern=NAME)]
    kind: WorkloadKind = "deployment"
    name: Annotated[str, Field(max_length=253, pattern=NAME)]

    def __str__(self) -> str:
        return f"{self.cluster}/{self.namespace}/{self.kind}/{self.name}"


class MetricSpec(_Part):
    """A Prometheus query whose value means something for the service. `limit` is in `unit`; above it is bad."""

    query: Annotated[str, Field(min_length=1, max_length=2000)]
    unit: Annotated[str, Field(max_length=40)] = ""
    limit: float | None = None


class Service(_Part):
    """One service. `discovered` is set by us for those that only labels or tags told us about.

    Its parts in Oracle Cloud are named as people know them there, or by OCID: `instances` also by a tag (`role=web`),
    `database` is another service of the map where one is called so. `tagged`: resources there carry its name.
    """

    name: ServiceName
    workloads: tuple[WorkloadRef, ...] = ()
    load_balancer: Annotated[str, Field(max_length=300)] = ""
    instances: tuple[InstanceName, ...] = ()
    database: Annotated[str, Field(max_length=300)] = ""
    compartment: Annotated[str, Field(max_length=400)] = ""
    dashboards: tuple[str, ...] = ()
    runbook: str = ""
    owner: str = ""
    channel: str = ""
    on_call: str = ""
    aliases: tuple[ServiceName, ...] = ()
    depends_on: tuple[ServiceName, ...] = ()
    metrics: dict[str, MetricSpec] = {}
    discovered: bool = False
    tagged: bool = False

    @field_validator("load_balancer")
    @classmethod
    def is_a_load_balancer(cls, text: str) -> str:
        return _of_kind("loadbalancer", text)

    @field_validator("database")
    @classmethod
    def is_a_database(cls, text: str) -> str:
        return _of_kind("autonomousdatabase", text)

    @field_validator("instances")
    @classmethod
    def instances_are_named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f"{twice!r} is named twice")
        return names

    @property
    def needs(self) -> tuple[str, ...]:
        """Everything that it cannot work without: dependencies, then its database, each once."""
        return tuple(dict.fromkeys((*self.depends_on, *((self.database,) if self.database else ()))))

    @property
    def label(self) -> str:
        """What a person would answer with: unlike `name`, it tells two namespaces apart."""
        place = self.workloads[0].namespace if self.workloads else self.compartment if self.discovered else ""
        return f"{self.name} in {place}" if place else self.name

    def words(self) -> tuple[str, ...]:
        """Everything that it is called, in lower case."""
        return tuple(word.lower() for word in (self.name, *self.aliases))

    def places(self) -> tuple[tuple[str, str], ...]:
        """(cluster, namespace) of its workloads, each once."""
        return tuple(dict.fromkeys((w.cluster, w.namespace) for w in self.workloads))


class ServicesFile(_Part):
    """The whole file. Service names are the keys of `services`."""

    version: Literal[1] = 1
    services: dict[ServiceName, Service]

    @model_validator(mode="before")
    @classmethod
    def names_from_keys(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("services"), dict):
            return data
        entries = {
            name: ({**(entry or {}), "name": name} if isinstance(entry, dict) or entry is None else entry)
            for name, entry in data["services"].items()
        }
        return data | {"services": entries}

    @field_validator("services")
    @classmethod
    def words_are_unique(cls, services: dict[str, Service]) -> dict[str, Service]:
        seen: dict[str, str] = {}
        for service in services.values():
            for word in (service.name, *service.aliases):
                other = seen.setdefault(word.lower(), service.name)
                if other != service.name:
                    raise ValueError(f"{word!r} names both {other!r} and {service.name!r}")
        return services

    @field_validator("services")
    @classmethod
    def dependencies_exist(cls, services: dict[str, Service]) -> dict[str, Service]:
        for service in services.values():
            for other in service.depends_on:
                if other not in services:
                    raise ValueError(
                        f"{service.name!r} depends on {other!r}, which is no service of this file"
                    )
        return services
