"""Deploys over HTTP: proven or nothing, stored once, whatever the body holds; and read back as suspects are."""

import hashlib
import hmac
import io
import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text

from agents.deploys import DeployLog
from bot.web import Web
from bot.webhooks.deploys import DeployHook
from bot.webhooks.payloads import event
from bot.webhooks.proof import SYSTEMS, proven
from storage.clock import FixedClock
from storage.database import Database
from storage.deploys import KEEP

SECRET = "a long random text"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAMP = "2026-11-24T11:50:00Z"
GITHUB = {
    "deployment": {"sha": "0123456789abcdef", "environment": "production", "description": "Pool of 50"},
    "deployment_status": {"state": "success", "updated_at": STAMP, "creator": {"login": "erin"}, "log_url": "https://ci.example/1"},
    "repository": {"name": "checkout", "html_url": "https://git.example/checkout"},
}  # fmt: skip
GITLAB = {"object_kind": "deployment", "status": "success", "status_changed_at": "2026-11-24 13:50:00 +0200", "environment": "production", "short_sha": "279484c0", "project": {"name": "checkout"}, "user": {"username": "erin"}, "commit_title": "Pool of 50"}  # fmt: skip
ARGO = {"app": {"metadata": {"name": "checkout"}, "spec": {"destination": {"namespace": "shop", "name": "prod"}}, "status": {"operationState": {"phase": "Succeeded", "finishedAt": STAMP, "syncResult": {"revision": "abc123"}, "operation": {"initiatedBy": {"username": "erin"}}}}}}  # fmt: skip
FLUX = {"involvedObject": {"kind": "HelmRelease", "namespace": "shop", "name": "checkout"}, "reason": "UpgradeSucceeded", "message": "Helm upgrade succeeded", "timestamp": STAMP, "metadata": {"helm.toolkit.fluxcd.io/revision": "1.4.2"}, "reportingController": "helm-controller"}  # fmt: skip
GENERIC = {"id": "run-42", "service": "checkout", "state": "success", "namespace": "shop", "at": STAMP}
BODIES = {"github": GITHUB, "gitlab": GITLAB, "argocd": ARGO, "flux": FLUX, "generic": GENERIC}


def sign(body: bytes, secret: str = SECRET, method=hashlib.sha256) -> str:
    return f"{method().name}={hmac.new(secret.encode(), body, method).hexdigest()}"


def headers(system: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    proof = {
        "github": {"X-Hub-Signature-256": sign(body, secret)},
        "gitlab": {"X-Gitlab-Token": secret},
        "argocd": {"Authorization": f"Bearer {secret}"},
    }.get(system, {"X-Signature": sign(body, secret)})
    return proof | ({"X-GitHub-Event": "deployment_status", "X-GitHub-Delivery": "d-1"} if system == "github" else {})  # fmt: skip


class Hook:
    def __init__(self, db, web, clock, http):
        self.db, self.web, self.clock, self.http = db, web, clock, http
        self.log = DeployLog(db)

    async def post(self, system, body, given=None) -> tuple[int, str]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = headers(system, data) if given is None else given
        url = f"http://127.0.0.1:{self.web.port}/webhooks/deploy/{system}"
        async with self.http.post(url, data=io.BytesIO(data), headers=given) as answer:
            return answer.status, await answer.text()

    async def rows(self):
        async with self.db.read() as tx:
            return (await tx.run(text("SELECT count(*) FROM deploy_events"))).scalar_one()


@pytest.fixture
async def hook(tmp_path):
    clock, web = FixedClock(NOW), Web()
    db = await Database.open(f"sqlite:///{tmp_path}/app.db", clock=clock, folder=tmp_path)
    DeployHook(DeployLog(db), clock, SecretStr(SECRET)).serve(web)
    await web.start("127.0.0.1", 0)
    async with aiohttp.ClientSession() as http:
        yield Hook(db, web, clock, http)
    await web.stop()
    await db.close()


async def test_a_deploy_is_stored_once_and_read_back(hook):
    for system in SYSTEMS:
        assert (await hook.post(system, BODIES[system]))[0] == 202
        assert "told before" in (await hook.post(system, BODIES[system]))[1]
    found = await hook.log.deploys(NOW - timedelta(hours=1), NOW, 10)
    assert {one.system for one in found} == set(SYSTEMS)
    assert {(one.service, one.at, one.heard) for one in found} == {("checkout", NOW - timedelta(minutes=10), NOW)}  # fmt: skip
    assert {one.state for one in found} == {"success", "Succeeded", "UpgradeSucceeded"}


async def test_what_is_not_proven_is_refused_and_nothing_is_stored(hook):
    for system in SYSTEMS:
        data = json.dumps(BODIES[system]).encode()
        good = headers(system, data)
        others = [
            headers(other, data) for other in SYSTEMS if not headers(other, data).items() >= good.items()
        ]
        for wrong in ({}, headers(system, data, "another secret"), headers(system, data, ""), *others):
            assert (await hook.post(system, data, wrong))[0] == 401, (system, wrong)
        if system not in {"gitlab", "argocd"}:
            assert (await hook.post(system, data + b" ", good))[0] == 401, "one byte more is another body"
    assert await hook.rows() == 0


def test_an_empty_secret_proves_nothing_and_a_weak_hash_neither():
    assert not proven("gitlab", {"X-Gitlab-Token": ""}, b"", "")
    assert not proven("flux", {"X-Signature": sign(b"x", method=hashlib.sha1)}, b"x", SECRET)
    assert proven("flux", {"X-Signature": sign(b"x", method=hashlib.sha512)}, b"x", SECRET)
    assert not proven("github", {"X-Hub-Signature-256": sign(b"x", method=hashlib.sha512)}, b"x", SECRET)


NO_DEPLOY = [
    ("github", {"zen": "Keep it simple"}, {"X-GitHub-Event": "ping"}), ("github", GITHUB | {"deployment_status": {"state": "pending"}}, {}),
    ("gitlab", GITLAB | {"status": "running"}, {}), ("gitlab", {"object_kind": "push"}, {}), ("argocd", {"app": {"metadata": {"name": "x"}}}, {}),
    ("flux", FLUX | {"reason": "Progressing"}, {}), ("flux", FLUX | {"involvedObject": {"kind": "GitRepository", "name": "x"}}, {}), ("generic", {"service": "x"}, {}),
]  # fmt: skip


async def test_what_is_no_deploy_is_accepted_and_not_stored(hook):
    for system, body, more in NO_DEPLOY:
        data = json.dumps(body).encode()
        assert (await hook.post(system, data, headers(system, data) | more))[0] == 200, (system, body)
    assert await hook.rows() == 0


async def test_what_is_no_json_no_system_or_too_much_is_said(hook):
    for body in (b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000):
        assert (await hook.post("generic", body))[0] == 400, body[:9]
    assert (await hook.post("jenkins", {}))[0] == 404
    assert (await hook.post("generic", b"x" * (1024 * 1024 + 1)))[0] == 413
    assert await hook.rows() == 0


async def test_a_database_that_is_away_is_told_to_the_sender(hook):
    await hook.db.close()
    status, _ = await hook.post("generic", GENERIC)
    assert status == 503


async def test_what_is_older_than_anybody_would_suspect_goes(hook):
    await hook.post("generic", GENERIC)
    hook.clock.at = NOW + KEEP + timedelta(days=1)
    await hook.post("generic", GENERIC | {"id": "run-43", "at": ""})
    assert await hook.rows() == 1


def test_text_is_cut_and_a_time_that_cannot_be_right_is_ours():
    one = event("generic", {}, GENERIC | {"title": "a\nb\x00" + "x" * 999, "at": "2031-01-01T00:00:00Z"}, NOW)
    assert one.title.startswith("a b x")
    assert len(one.title) == 300
    assert one.at == NOW


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["success", STAMP, "9999-12-31T23:59:59-23:59", "deployment"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*"abc", "app", "status", "metadata", "service", "state", "object_kind", "project", "operationState", "involvedObject", "at", "id", "deployment_status", "reason"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SYSTEMS), st.dictionaries(st.sampled_from([*GITHUB, *GITLAB, *FLUX, *GENERIC, "app", "action", "workflow_run", "release"]), json_values, max_size=6), st.sampled_from(["deployment_status", "workflow_run", "release", "", "x"]))  # fmt: skip
def test_no_body_breaks_the_reading_of_it(system, body, kind):
    whole = {**BODIES[system], **body}
    for one in (body, whole):
        found = event(system, {"X-GitHub-Event": kind}, one, NOW)
        assert found is None or (found.service and found.state and found.at.tzinfo is not None)


async def test_no_signed_body_is_answered_with_an_error_of_ours(hook):
    bodies = [b"null", b'{"at": 1e999}', b'{"service": {}, "state": []}', '{"service": "\ud800", "state": "x"}'.encode("utf-8", "surrogatepass"), b'{"service": "\\ud800", "state": "\\u0000"}', b'{"service": "x", "state": "y", "at": "-1"}', b'{"service": ' + b"9" * 5000 + b', "state": "y"}']  # fmt: skip
    for system in SYSTEMS:
        for body in bodies:
            status, _ = await hook.post(system, body)
            assert status in {200, 202, 400}, (system, body[:40], status)
