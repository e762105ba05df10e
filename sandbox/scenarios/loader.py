"""Reading a scenario's folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.oci.tenancy.file import TenancyFile
from sandbox.scenarios.model import Alert, AlertsFile, Answer, ScenarioFile, Step
from sandbox.scenarios.programs.model import Program, ProgramsFile

HERE: Final = Path(__file__).resolve().parent
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, many times faster
_INHERITED: Final = ("seed", "manifests", "programs", "alerts", "oracle", "history")


class BadScenario(Exception):
    """A scenario that is not there or cannot be read; the text says which file."""


@dataclass(frozen=True)
class Scenario:
    name: str
    about: ScenarioFile
    objects: tuple[dict[str, Any], ...]
    programs: dict[str, Program]
    alerts: tuple[Alert, ...]
    steps: tuple[Step, ...]
    answer: Answer
    tenancy: TenancyFile | None = None


def names() -> list[str]:
    return sorted(path.parent.name for path in HERE.glob("*/scenario.yaml"))


def load(name: str) -> Scenario:
    """`name` is a folder beside this file, or a path.

    Raises:
        BadScenario
    """
    folder = HERE / name if (HERE / name).is_dir() else Path(name)
    if not (folder / "scenario.yaml").is_file():
        raise BadScenario(f"no scenario {name!r}; there are: {', '.join(names())}")
    try:
        return _load(folder)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadScenario(f"{folder.name}: {error}") from error


def _load(folder: Path) -> Scenario:
    about = ScenarioFile.model_validate(_yaml(folder / "scenario.yaml"))
    base = folder
    if about.extends:
        base = folder.parent / about.extends
        parent = ScenarioFile.model_validate(_yaml(base / "scenario.yaml"))
        inherited = {key: getattr(parent, key) for key in _INHERITED if key not in about.model_fields_set}
        about = about.model_copy(update=inherited)
    programs = ProgramsFile.model_validate(_yaml(base / about.programs)).programs if about.programs else {}
    alerts = AlertsFile.model_validate(_yaml(base / about.alerts)).alerts if about.alerts else ()
    tenancy = _tenancy(base / about.oracle) if about.oracle else None
    steps = tuple(step for step in about.history.steps if not step.id or step.id not in about.without)
    return Scenario(
        name=folder.name,
        about=about,
        objects=tuple(obj for file in about.manifests for obj in _documents(base / file)),
        programs=dict(programs),
        alerts=alerts,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        answer=Answer.model_validate(_yaml(folder / "answer.yaml")),
        tenancy=tenancy,
    )


def _tenancy(path: Path) -> TenancyFile:
    """The file, and what those beside it hold that are called `oracle-*.yaml`."""
    body = _yaml(path)
    for other in sorted(path.parent.glob(f"{path.stem}-*{path.suffix}")):
        beside = _yaml(other)
        for part in ("metrics", "costs", "events"):
            body.setdefault(part, []).extend(beside.get(part, []))
        for service, kinds in beside["resources"].items():
            known = body["resources"].setdefault(service, {})
            for kind, resources in kinds.items():
                known.setdefault(kind, []).extend(resources)
    return TenancyFile.model_validate(body)


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one either way


def _documents(path: Path) -> list[dict[str, Any]]:
    return [item for item in yaml.load_all(path.read_text(encoding="utf-8"), Loader=_LOADER) if item]
