"""Detectors as the policy sets them up: what is wrong names line and key; what is read follows the service map; words lead to the command."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.detecting.asking import CannotAskError, asked, carrying
from agents.detecting.line import lines_of
from agents.detecting.telling import labels_of, payload, spec_of, what_of
from agents.planner.detectors import detector_command
from agents.policy.compile import compile_policy
from agents.policy.detecting import DetectorPart
from agents.policy.marks import DocumentError
from agents.triage.fingerprint import fingerprint
from agents.triage.reading import read
from bot.commands.grammar import parse
from tests.unit.test_detector_state import FIRING
from tools.oracle.courses import Course
from tools.oracle.readings import read as read_course
from tools.reads.trend_words import as_json
from tools.services.model import Service

NOW = datetime(2026, 11, 24, 9, 20, tzinfo=UTC)
HEAD = "channels:\n  CINC: {incidents: true}\n  COPS: {}\ndetectors:\n"


def one(text, head=HEAD):
    return compile_policy(f"{head}  - {{name: a, {text}}}\n").file.detectors[0]


def part(**more):
    return DetectorPart(**({"name": "shop cpu", "service": "shop"} | more))


@pytest.mark.parametrize(("text", "key", "words"), [
    ("metric: cpu", "detectors[0]", "say what is looked at"),
    ("service: x, resource: y", "detectors[0].resource", "either a service or a resource"),
    ("service: x, channel: COPS", "detectors[0].channel", "incidents: true"),
    ("service: x, channel: CNONE", "detectors[0].channel", "incidents: true"),
    ("service: x, every: 30m", "detectors[0].every", "whole hours from 1h"),
    ("service: x, every: 90m", "detectors[0].every", "whole hours"),
    ("service: x, every: 7h", "detectors[0].every", "whole hours from 1h"),
    ("service: x, on: true", "detectors[0].on", "a key must be text"),
    ("service: x, enabled: 1", "detectors[0].enabled", "boolean"),
    ("service: x, sensitivity: wild", "detectors[0].sensitivity", "'low', 'normal' or 'high'"),
    ("service: x, metric: 'a b'", "detectors[0].metric", "match pattern"),
    ("service: x, kind: bucket", "detectors[0].kind", "instance"),
    ("service: x}\n  - {name: A, service: y", "detectors[1].name", "duplicate 'A', first at line 5"),
])  # fmt: skip
def test_a_mistake_names_line_and_key(text, key, words):
    with pytest.raises(DocumentError) as caught:
        one(text)
    assert words in str(caught.value)
    assert caught.value.line == (6 if "\n" in text else 5)
    assert caught.value.key == key


def test_where_no_channel_hears_of_incidents_a_detector_is_refused():
    with pytest.raises(DocumentError, match="nobody would hear of it"):
        one("service: x", head="channels:\n  CINC: {incidents: true, deny: true}\ndetectors:\n")


def test_what_is_left_out_is_an_hourly_look_at_cpu():
    found = one("service: checkout")
    assert (found.metric, found.every, found.enabled) == ("cpu", timedelta(hours=1), True)


def test_a_service_is_read_by_its_parts_and_what_the_map_does_not_name_is_said():
    service = Service(name="shop", instances=("web-1", "role=web"), load_balancer="lb", compartment="prod")
    usual = {"metric": "cpu", "kind": "instance", "stat": "mean", "since": "30d", "compartment": "prod"}
    assert asked(part(), service) == [usual | {"resource": "web-1"}, usual | {"resource": "role=web"}]
    assert [call["resource"] for call in asked(part(kind="load balancer"), service)] == ["lb"]
    with pytest.raises(CannotAskError, match="names no database of shop"):
        asked(part(kind="database"), service)
    with pytest.raises(CannotAskError, match="knows no service 'shop'"):
        asked(part(), None)
    alone = part(service=None, compartment="lab", metric="Errors", namespace="my_app")
    assert asked(alone, None) == [
        usual | {"metric": "Errors", "metric_namespace": "my_app", "compartment": "lab"}
    ]


def test_a_tag_stands_for_the_resources_that_carry_it():
    listed = [{"id": "ocid1.a", "tags": {"Role": "Web"}}, {"id": "ocid1.b", "tags": {"role": "db"}}, {"id": "ocid1.c"}]  # fmt: skip
    assert carrying(listed, "role=web") == ["ocid1.a"]


def test_what_changes_the_meaning_makes_another_detector_and_what_does_not_does_not():
    same = ({"channel": "C2"}, {"severity": "high"}, {"every": timedelta(hours=2)})
    assert all(spec_of(part(**more)) == spec_of(part()) for more in same)
    others = ({"metric": "memory"}, {"direction": "above"}, {"sensitivity": "low"}, {"service": "cart"})
    assert all(spec_of(part(**more)) != spec_of(part()) for more in others)


def test_its_alert_has_one_fingerprint_whatever_it_measures_now_and_detectors_have_their_own():
    def alert(told, *, over=False):
        body = payload(told.name, labels_of(told), told.severity, FIRING, over=over)
        (found,) = read("detector", body, NOW)
        return found

    first, over = alert(part()), alert(part(severity="high"), over=True)
    assert (first.status, over.status, first.severity, over.severity) == (
        "firing",
        "resolved",
        "warning",
        "high",
    )
    assert first.began == FIRING.since
    assert fingerprint(first) == fingerprint(over)
    names = {fingerprint(alert(part(name=name))) for name in ("web 1", "web 2", "shop cpu")}
    assert len(names) == 3


def test_a_series_says_how_old_it_is_and_how_many_days_of_it_have_a_point():
    first = datetime(2026, 11, 1, 5, tzinfo=UTC)
    values = tuple(None if 48 <= n < 96 else float(n % 3) for n in range(240))
    told = as_json(read_course(Course("a", "ocid1.a", "", first, timedelta(hours=1), values), 0))
    (line,) = lines_of({"metric": "M", "series": [told]})
    assert (line.key, line.first, line.last) == ("ocid1.a", first, first + timedelta(hours=239))
    assert line.days == 8


def test_what_it_looks_at_in_words():
    assert what_of(part()) == "cpu of instances of shop"
    assert what_of(part(kind="database", direction="above")) == "cpu of database of shop, above alone"
    assert what_of(part(service=None, resource="lb", kind="load balancer", stat="sum")) == "sum cpu of load balancer lb"  # fmt: skip


@pytest.mark.parametrize(("words", "command"), [
    ("which detectors are there?", "detectors"),
    ("What detectors do we have", "detectors"),
    ("show me the detectors", "detectors"),
    ("please list all detectors now", "detectors"),
    ("are any detectors firing?", "detectors"),
    ("why did detector checkout cpu fire?", "detectors checkout cpu"),
    ("Why is the shop-lb 5xx detector firing?", "detectors shop-lb 5xx"),
    ("why has detector 'shop cpu' fired", "detectors shop cpu"),
    ("show me detector shop cpu", "detectors shop cpu"),
    ("why did detector checkout fire and restart it", ""),
    ("delete all detectors", ""),
    ("which detectors are there in the smoke alarm of node-1", ""),
])  # fmt: skip
def test_words_about_detectors_are_their_command_and_nothing_more(words, command):
    assert detector_command(words) == command


def test_a_name_of_several_words_is_one_argument():
    assert parse("detectors checkout cpu").word(0) == "checkout cpu"
    assert parse("why did detector checkout cpu fire?").verb.name == "detectors"
