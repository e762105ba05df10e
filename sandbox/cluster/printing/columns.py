"""Columns of a table, and the small texts in its cells."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sandbox.cluster.metadata import Obj, epoch

Cells = Callable[[Obj, float], list[Any]]
NONE: Final = "<none>"
UNKNOWN: Final = "<unknown>"


@dataclass(frozen=True)
class Column:
    name: str
    type: str = "string"
    format: str = ""
    wide: bool = False
    description: str = ""

    def definition(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": 1 if self.wide else 0,
        }


@dataclass(frozen=True)
class Printer:
    """`cells(object, now)` gives one value a column."""

    columns: tuple[Column, ...]
    cells: Cells


NAME: Final = Column(
    "Name", format="name", description="The object's name, unique among its kind in its namespace."
)
AGE: Final = Column("Age", description="The time since the object was created.")


def columns(*names: str) -> tuple[Column, ...]:
    """Columns by name: `+` before a name means only with -o wide, `#` a number."""
    return tuple(_column(name) for name in names)


def _column(name: str) -> Column:
    wide = name.startswith("+")
    name = name.removeprefix("+")
    number = name.startswith("#")
    name = name.removeprefix("#")
    if name == "Name":
        return Column(NAME.name, NAME.type, NAME.format, wide, NAME.description)
    if name == "Age":
        return AGE
    return Column(name, "integer" if number else "string", wide=wide, description=f"{name} of the object.")


def duration(seconds: float) -> str:
    """As people read it: `2s`, `5m12s`, `3h4m`, `2d5h`, `12d`, `1y20d`."""
    seconds = int(seconds)
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    return _days(days, hours)


def _days(days: int, hours: int) -> str:
    if hours < 192:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    if days < 2920:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(first: int, first_unit: str, second: int, second_unit: str) -> str:
    return f"{first}{first_unit}{second}{second_unit}" if second else f"{first}{first_unit}"


def ago(text: str | None, now: float) -> str:
    return duration(now - epoch(text)) if text else UNKNOWN


def age(obj: Obj, now: float) -> str:
    return ago(obj["metadata"].get("creationTimestamp"), now)


def pairs(labels: dict[str, str] | None) -> str:
    """`a=1,b=2`, sorted; `<none>` when empty."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def selector(value: dict[str, Any] | None) -> str:
    """A LabelSelector as text: `app=web,tier in (a,b)`."""
    if value is None:
        return NONE
    parts = {key: f"{key}={text}" for key, text in (value.get("matchLabels") or {}).items()}
    for item in value.get("matchExpressions") or []:
        parts[item["key"]] = _expression(item)
    return ",".join(parts[key] for key in sorted(parts)) or NONE


def _expression(item: dict[str, Any]) -> str:
    key, values = item["key"], ",".join(sorted(item.get("values") or []))
    match item["operator"]:
        case "Exists":
            return str(key)
        case "DoesNotExist":
            return f"!{key}"
        case operator:
            return f"{key} {operator.lower()} ({values})"


def containers(template: dict[str, Any]) -> tuple[str, str]:
    """(names, images) of the containers of a pod spec."""
    found = (template.get("spec") or {}).get("containers") or []
    return ",".join(c["name"] for c in found), ",".join(str(c.get("image", "")) for c in found)
