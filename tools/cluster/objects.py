"""Reading Kubernetes objects that are plain JSON. Absent counters are zero, absent times are the epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tools.spec import Json

EPOCH = datetime.fromtimestamp(0, UTC)


def meta(item: Json) -> Json:
    found: Json = item.get("metadata") or {}
    return found


def name(item: Json) -> str:
    return str(meta(item).get("name", ""))


def uid(item: Json) -> str:
    return str(meta(item).get("uid", ""))


def labels(item: Json) -> dict[str, str]:
    return meta(item).get("labels") or {}


def annotated(item: Json) -> dict[str, str]:
    return meta(item).get("annotations") or {}


def spec(item: Json) -> Json:
    return item.get("spec") or {}


def status(item: Json) -> Json:
    return item.get("status") or {}


def template(item: Json) -> Json:
    return spec(item).get("template") or {}


def count(item: Json, field: str) -> int:
    """A status counter; zeros are left out of the JSON."""
    return int(status(item).get(field) or 0)


def when(text: str | None) -> datetime:
    if not text:
        return EPOCH
    return datetime.fromisoformat(text)


def stamp(at: datetime) -> str:
    """`2026-11-24T09:00:00Z`; empty for no time."""
    return "" if at <= EPOCH else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def created(item: Json) -> datetime:
    return when(meta(item).get("creationTimestamp"))


def condition(item: Json, kind: str) -> Json:
    """The condition of that type, {} when there is none."""
    return next((c for c in status(item).get("conditions") or [] if c.get("type") == kind), {})


def controller(item: Json) -> Json | None:
    return next((ref for ref in meta(item).get("ownerReferences") or [] if ref.get("controller")), None)


def owned_by(item: Json, owner: Json) -> bool:
    ref = controller(item)
    return ref is not None and ref.get("uid") == uid(owner)


def selects(selector: Mapping[str, Any] | None, have: Mapping[str, str]) -> bool:
    """A LabelSelector; None matches nothing, {} everything."""
    if selector is None:
        return False
    plain = all(have.get(k) == v for k, v in (selector.get("matchLabels") or {}).items())
    return plain and all(_fits(e, have) for e in selector.get("matchExpressions") or [])


def _fits(expression: Mapping[str, Any], have: Mapping[str, str]) -> bool:
    value, values = have.get(expression["key"]), expression.get("values") or []
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "Gt":
            return value is not None and value.isdigit() and int(value) > int(values[0])
        case "Lt":
            return value is not None and value.isdigit() and int(value) < int(values[0])
        case _:
            return value is None


def selects_plainly(selector: Mapping[str, str] | None, have: Mapping[str, str]) -> bool:
    """A Service's map; an empty one matches nothing."""
    return bool(selector) and all(have.get(k) == v for k, v in (selector or {}).items())


def selector_text(selector: Json) -> str:
    """A LabelSelector as a query parameter."""
    parts = [f"{k}={v}" for k, v in (selector.get("matchLabels") or {}).items()]
    words = {"In": "in", "NotIn": "notin"}
    for e in selector.get("matchExpressions") or []:
        key, values = e["key"], ",".join(e.get("values") or [])
        match e["operator"]:
            case "Exists":
                parts.append(key)
            case "DoesNotExist":
                parts.append(f"!{key}")
            case operator:
                parts.append(f"{key} {words[operator]} ({values})")
    return ",".join(parts)


def pod_ready(pod: Json) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def finished(pod: Json) -> bool:
    return status(pod).get("phase") in {"Succeeded", "Failed"}


def containers(holder: Json) -> list[Json]:
    """Containers of a pod or of a pod template."""
    return spec(holder).get("containers") or []


def init_containers(holder: Json) -> list[Json]:
    return spec(holder).get("initContainers") or []


def container_status(pod: Json, container: str) -> Json:
    found = (status(pod).get("containerStatuses") or []) + (status(pod).get("initContainerStatuses") or [])
    return next((s for s in found if s.get("name") == container), {})


def restarts(pod: Json) -> int:
    return sum(int(s.get("restartCount") or 0) for s in status(pod).get("containerStatuses") or [])


def event_time(event: Json) -> datetime:
    """When it was last seen: scheduler events carry neither first nor last timestamp."""
    series = (event.get("series") or {}).get("lastObservedTime")
    text = (
        series or event.get("lastTimestamp") or event.get("eventTime") or meta(event).get("creationTimestamp")
    )
    return when(text)


def event_start(event: Json) -> datetime:
    return when(event.get("firstTimestamp") or event.get("eventTime") or meta(event).get("creationTimestamp"))


def event_count(event: Json) -> int:
    return int(event.get("count") or (event.get("series") or {}).get("count") or 1)


def earliest(times: Iterable[datetime]) -> datetime:
    return min((at for at in times if at > EPOCH), default=EPOCH)
