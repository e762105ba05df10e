"""One file a source: its payload becomes alerts, or `Unreadable`. A wrong field costs that field, never the alert."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from agents.triage.alert import Alert, Json, Source, Unreadable
from agents.triage.reading import alertmanager, detector, generic, grafana, oci, slack

READERS: Mapping[Source, Callable[[Json, datetime], tuple[Alert, ...]]] = {
    "oci": oci.read,
    "alertmanager": alertmanager.read,
    "grafana": grafana.read,
    "generic": generic.read,
    "slack": slack.read,
    "detector": detector.read,
}


def read(source: Source, payload: object, at: datetime) -> tuple[Alert, ...]:
    """At least one alert.

    Raises:
        Unreadable: the payload is no alert of this source.
    """
    if not isinstance(payload, Mapping):
        raise Unreadable("a JSON object is expected")
    return READERS[source](payload, at)
