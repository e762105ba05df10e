"""Which incidents are looked into first: a channel does not wait for another one, and what is worst goes first."""

from datetime import UTC, datetime, timedelta

from agents.triage.alert import Alert
from agents.triage.correlate import Correlator
from agents.triage.kept import seen_to
from agents.triage.topology import Topology
from bot.investigating import by_channel
from storage.triage import TriageRow

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def waiting(name, channel, severity, minute, status="firing"):
    at = NOW + timedelta(minutes=minute)
    one = Alert("generic", name, "firing", severity, at, {"service": name})
    place = Correlator(Topology(()), lambda _: f"inc_{name}", []).place
    incident = place(one).incident
    if status == "resolved":
        incident = Correlator(Topology(()), str, [incident]).place(Alert("generic", name, "resolved", severity, at, {"service": name})).incident  # fmt: skip
    return TriageRow(incident.id, "T1", channel, at, at, seen_to(incident)), incident


def test_each_channel_has_its_own_line_with_the_worst_first_and_without_what_is_over():
    found = [
        waiting("old", "C1", "warning", 0),
        waiting("older", "C1", "info", 1),
        waiting("gone", "C1", "critical", 2, "resolved"),
        waiting("other", "C2", "info", 3),
        waiting("new", "C1", "warning", 4),
        waiting("down", "C1", "critical", 5),
    ]
    assert [[row.id for row, _ in each] for each in by_channel(found)] == [
        ["inc_down", "inc_old", "inc_new", "inc_older"],
        ["inc_other"],
    ]
