"""The form of a scenario's files."""

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Part):
    """A change that somebody made to a Deployment, `at` seconds before (below zero) the start."""

    id: str = ""
    at: float = Field(le=0)
    namespace: str
    deployment: str
    by: str
    cause: str = ""
    image: str = ""
    env: dict[str, str] = {}


class History(_Part):
    begins: float = Field(-3900, lt=0)
    steps: tuple[Step, ...] = ()


class Alert(_Part):
    """`each` names the label by which one expression is several alerts."""

    name: str
    severity: str
    service: str
    summary: str
    expr: str
    each: str = ""
    hold: float = Field(0, alias="for", ge=0)


class AlertsFile(_Part):
    alerts: tuple[Alert, ...]


class Answer(_Part):
    """What is true of the scenario: for scoring, never read by the product."""

    root_cause: str
    object: str = ""
    evidence: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    plan: dict[str, str] = {}


class ScenarioFile(_Part):
    extends: str = ""
    title: str
    ask: str
    difficulty: str = "medium"
    traps: tuple[str, ...] = ()
    seed: int = 1
    manifests: tuple[str, ...] = ()
    programs: str = ""
    alerts: str = ""
    oracle: str = ""
    history: History = History()
    without: tuple[str, ...] = ()
