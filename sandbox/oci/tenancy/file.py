"""The form of a scenario's tenancy: regions, principals, resources by service and model, generators, history."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Region(_Part):
    key: str
    name: str
    home: bool = False


class Resource(_Part):
    """`place` is a compartment, empty for the tenancy itself; `fields` are the model's, by their wire names.

    `region` is empty for the home region; what is named beside such a resource is looked for in the same region.

    In them `@instance/NAME` stands for an OCID and `~-3h` for a moment; `created` is such a moment without `~`.
    """

    name: str
    place: str = Field("", alias="in")
    created: str = "-400d"
    state: str = ""
    region: str = ""
    fields: dict[str, Any] = {}
    aside: dict[
        str, Any
    ] = {}  # what only other operations show: of a stack, `next` is what its next plan job plans


class Level(_Part):
    """A series from `at` on."""

    at: str = ""
    base: float
    day: float = 0
    noise: float = 0


class Wave(_Part):
    """`day` is how far it swings around `base` in a day, `noise` how far each point strays."""

    base: float
    day: float = 0
    noise: float = 0
    unit: str = ""
    low: float = 0
    high: float = 1e15
    then: tuple[Level, ...] = ()


class Emitter(_Part):
    """A resource that sends metrics, once a minute while it is on."""

    namespace: str
    resource: str
    dimensions: dict[str, str] = {}
    metrics: dict[str, Wave]


class Spike(_Part):
    at: str
    days: int = 1
    factor: float


class Cost(_Part):
    """What a resource costs: `hourly` units an hour at `price` each. With `powered` only while it is on."""

    service: str
    sku: str
    part: str
    unit: str
    price: float
    hourly: float
    resource: str
    since: str = "-400d"
    weekend: float = 1
    noise: float = 0
    growth: float = 0
    powered: bool = False
    spikes: tuple[Spike, ...] = ()


class Event(_Part):
    """Something that somebody did before the start."""

    at: str
    by: str
    name: str
    source: str
    resource: str
    agent: str = "Mozilla/5.0 (console)"
    address: str = "203.0.113.20"
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


class TenancyFile(_Part):
    """`principals` maps profiles of the configuration file to users: DEFAULT reads, CHANGE acts."""

    name: str
    currency: str = "USD"
    regions: tuple[Region, ...]
    principals: dict[str, str]
    resources: dict[str, dict[str, tuple[Resource, ...]]] = {}
    metrics: tuple[Emitter, ...] = ()
    costs: tuple[Cost, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def home(self) -> Region:
        return next((one for one in self.regions if one.home), self.regions[0])
