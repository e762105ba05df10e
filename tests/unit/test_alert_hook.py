"""Alerts over HTTP: unproven nothing is stored, whatever the body holds no error of ours, a topic of Oracle's is confirmed at Oracle's alone."""

import base64
import io
import json
from datetime import UTC, datetime

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from agents.triage.desk import Desk
from agents.triage.topology import Topology
from bot.web import Web
from bot.webhooks.alerts import AlertHook, proven
from bot.webhooks.topics import Topics, oracles
from storage.clock import FixedClock
from storage.database import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECRET = "a long random text"
TOPIC = "ocid1.onstopic.oc1..alarms"
ALARM = {"title": "cpu", "type": "OK_TO_FIRING", "severity": "CRITICAL", "dedupeKey": "k", "alarmMetaData": [{"id": "ocid1.alarm.x"}]}  # fmt: skip
PROMETHEUS = {"alerts": [{"labels": {"alertname": "Errors", "service": "cart"}}]}
BODIES = {"oci": ALARM, "alertmanager": PROMETHEUS, "grafana": PROMETHEUS, "generic": {"title": "disk full"}}


class Quiet:
    async def record_all(self, tx, events):
        return []


class Hook:
    def __init__(self, db, web, http):
        self.db, self.web, self.http = db, web, http

    async def post(self, source, body, secret=SECRET, **headers) -> tuple[int, str]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {secret}", "X-OCI-NS-TopicOcid": TOPIC} | headers
        url = f"http://127.0.0.1:{self.web.port}/webhooks/{source}"
        async with self.http.post(url, data=io.BytesIO(data), headers=given) as answer:
            return answer.status, await answer.text()

    async def rows(self) -> int:
        return len(await self.db.read_whole(self.db.triage.unposted))


@pytest.fixture
async def hook(tmp_path):
    clock, web = FixedClock(NOW), Web()
    db = await Database.open(f"sqlite:///{tmp_path}/app.db", clock=clock, folder=tmp_path)
    desk = Desk(db, Quiet(), clock, "T1", Topology, lambda _: "C1", lambda text: text)
    AlertHook(desk, dict.fromkeys(BODIES, SecretStr(SECRET)), Topics.parse(f" {TOPIC.upper()}, x")).serve(web)
    await web.start("127.0.0.1", 0)
    async with aiohttp.ClientSession() as http:
        yield Hook(db, web, http)
    await web.stop()
    await db.close()


@pytest.mark.parametrize("source", BODIES)
async def test_a_proven_alert_is_stored_once(hook, source):
    assert await hook.post(source, BODIES[source]) == (202, '{"result": "stored"}')
    assert await hook.post(source, BODIES[source]) == (202, '{"result": "told before"}')
    assert await hook.rows() == 1


@pytest.mark.parametrize("secret", ["", "a long random tex", "a long random text ö"])
async def test_an_unproven_one_is_not(hook, secret):
    for source, body in BODIES.items():
        assert (await hook.post(source, body, secret.encode("utf-8").decode("latin-1")))[0] == 401
    assert await hook.rows() == 0


async def test_oracle_sends_the_secret_as_a_password(hook):
    token = base64.b64encode(f"any:{SECRET}".encode()).decode()
    assert (await hook.post("oci", ALARM, Authorization=f"Basic {token}"))[0] == 202


async def test_only_topics_of_the_list_are_heard(hook):
    other = {"X-OCI-NS-TopicOcid": "ocid1.onstopic.oc1..other"}
    assert (await hook.post("oci", ALARM, **other))[0] == 403
    assert (await hook.post("oci", {}, **other, **{"X-OCI-NS-MessageType": "SubscriptionConfirmation"}))[0] == 403  # fmt: skip
    assert await hook.rows() == 0


async def test_a_message_id_makes_two_deliveries_one(hook):
    for title in ("cpu", "cpu again"):
        await hook.post("oci", ALARM | {"title": title}, **{"X-OCI-NS-MessageId": "m-1"})
    assert await hook.rows() == 1


@pytest.mark.parametrize(
    "address",
    ["http://notification.eu-frankfurt-1.oraclecloud.com/x", "https://oraclecloud.com.evil.example/x", "https://evil.example/?.oraclecloud.com",
     "https://a@notification.oraclecloud.com@evil.example/x", "https://u:p@cell1.notification.oraclecloud.com/x", "https://cell1.notification.oraclecloud.com:8443/x",
     "https://127.0.0.1/x", "file:///etc/passwd", "https://[::1", ""],
)  # fmt: skip
async def test_no_other_address_is_asked_for_a_confirmation(hook, address):
    assert not oracles(address)
    kind = {"X-OCI-NS-MessageType": "SubscriptionConfirmation"}
    assert (await hook.post("oci", {"ConfirmationURL": address}, **kind))[0] == 400


def test_oracles_own_address_may_be_asked():
    assert oracles(
        "https://cell1.notification.eu-frankfurt-1.oci.oraclecloud.com/20181201/subscriptions/x/confirmation?token=y"
    )


def test_an_empty_secret_proves_nothing():
    assert not proven("Bearer ", "")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff\xfe", b"{}"])
async def test_a_body_that_is_no_alert_is_refused_in_words(hook, body):
    for source in BODIES:
        assert (await hook.post(source, body))[0] == 400
    assert await hook.rows() == 0


BODY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("alerts", "labels", "title", "status", "alarmMetaData", "dimensions", "name", "startsAt")), inner, max_size=4), max_leaves=10)  # fmt: skip


@pytest.mark.parametrize("source", BODIES)
async def test_no_body_is_answered_with_an_error_of_ours(hook, source):
    bodies: list[object] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(BODY)
    def collect(body):
        bodies.append(body)

    collect()
    assert {(await hook.post(source, body))[0] for body in bodies} <= {202, 400}
