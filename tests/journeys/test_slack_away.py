"""Slack is away: a plan is decided and run on the command line, with the enrolled key of a person, by processes of their own."""

import asyncio
import json
import sys

import pytest
import pytest_asyncio

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE
from tests.journeys.bot_house import house, texts_of
from tests.journeys.test_bot_cards import plan_of
from tests.unit.cli_process import KEPT, ROOT

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, FaultProxy(found.slack._port) as line:
        found.line = line
        found.address = f"http://127.0.0.1:{line.port}/api/"
        async with found.open(slack_api_url=found.address):
            await enrolled(found, "bob", "UBOB", "UDAN")
        yield found


async def shell(place, *words, slack=True, said=""):
    """`python -m bot ...` on the bot's machine; (exit code, output)."""
    env = {
        **KEPT, "PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{place.root}/app.db",
        "POLICY_FILE": str(place.root / "policy.yaml"), "SERVICES_FILE": str(place.root / "services.yaml"),
        "KUBECONFIG": str(place.cluster.kubeconfigs["bot"]), "LOG_LEVEL": "ERROR", "HOME": str(place.root),
    }  # fmt: skip
    if slack:
        env |= {"SLACK_BOT_TOKEN": place.slack.bot_token, "SLACK_API_URL": place.address}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=place.root, env=env,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(child.communicate(said.encode()), 90)
    return child.returncode, out.decode()


async def enrolled(place, name, own, admin):
    code, out = await shell(place, "keys", "enroll", "--as", name, "--key", f"{name}.pem", "--json")
    assert code == 0, out
    key = json.loads(out)["id"]
    assert (await place.command(f"keys confirm {key}", own))["text"].startswith("Confirmed. an admin")
    assert f"{key} is enrolled for {name}" in (await place.command(f"keys confirm {key}", admin))["text"]
    return key


async def ended(place, plan):
    async with asyncio.timeout(60):
        while (view := await place.bot.core.changes.view(plan)).state != "succeeded":  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.2)
    return view


async def records(place, plan):
    db = place.bot.core.db
    async with db.read() as tx:
        return [row.body for row in await db.audit.find(tx, plan_id=plan)]


async def test_a_running_bot_begins_what_was_signed_while_slack_is_away_and_the_card_catches_up(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale checkout to 3")
        plan = plan_of(card)
        await place.line.be(GONE)
        code, out = await shell(place, "plans", "approve", plan, "--key", "bob.pem", said="no\n")
        assert (code, "Nothing was changed" in out, "spec.replicas: 2 -> 3" in out) == (2, True, True)
        code, out = await shell(place, "plans", "approve", plan, "--key", "bob.pem", said="yes\n")
        assert (code, "A running bot begins it" in out) == (0, True), out
        view = await ended(place, plan)
        assert (place.replicas(), len(place.writes())) == (3, 1)
        assert place.now(card)["text"] == card["text"]
        await place.line.be(CLEAN)
        shown = await place.until(card, "Succeeded in", seconds=60)
        assert "bob" in texts_of(shown["blocks"])
        said = [r["actor"] for r in await records(place, plan) if r["type"] == "approval.recorded"]
        assert [(a["out_of_band"], a["channel"]) for a in said] == [(True, "cli")]
        assert view.votes[0].name == "bob"
        code, out = await shell(place, "plans", "approve", plan, "--key", "bob.pem", "--yes")
        assert (code, "Too late" in out) == (1, True)


async def test_without_any_bot_the_command_itself_runs_it_once_and_the_card_says_so_later(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale cart to 3")
    plan, before = plan_of(card), len(place.writes())
    await place.line.be(GONE)
    code, out = await shell(place, "plans", "run", plan, "--key", "bob.pem", "--yes")
    assert (code, "cannot be started" in out) == (1, True), out
    code, out = await shell(place, "plans", "approve", plan, "--key", "bob.pem", "--yes", slack=False)
    assert code == 0, out
    ended = await asyncio.gather(
        *(shell(place, "plans", "run", plan, "--key", "bob.pem", "--yes") for _ in range(2))
    )
    assert 0 in [code for code, _ in ended], ended
    assert (place.replicas("cart"), len(place.writes())) == (3, before + 1)
    await place.line.be(CLEAN)
    async with place.open(slack_api_url=place.address):
        await place.until(card, "Succeeded in", seconds=60)


async def test_what_a_person_rejects_with_their_key_loses_its_buttons(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale checkout to 2")
        words = ("plans", "reject", plan_of(card), "--key", "bob.pem", "--yes", "--reason", "not tonight")
        code, out = await shell(place, *words)
        assert code == 0, out
        assert "not tonight" in texts_of((await place.until(card, "Rejected"))["blocks"])


async def test_strangers_keys_readable_keys_and_revoked_ones_are_refused(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale checkout to 4")
        plan, before = plan_of(card), len(place.writes())
        code, out = await shell(place, "keys", "enroll", "--as", "dan", "--key", "dan.pem")
        assert (code, "keys confirm" in out) == (0, True)
        assert (place.root / "dan.pem").stat().st_mode & 0o777 == 0o600
        code, out = await shell(place, "keys", "enroll", "--as", "dan", "--key", "dan.pem")
        assert (code, "is there already" in out) == (2, True)
        code, out = await shell(place, "plans", "approve", plan, "--key", "dan.pem", "--yes")
        assert (code, "not confirmed yet" in out) == (1, True)
        (place.root / "dan.pem").chmod(0o640)
        code, out = await shell(place, "plans", "approve", plan, "--key", "dan.pem", "--yes")
        assert (code, "others may read it" in out) == (2, True)
        key = (await shell(place, "keys", "list"))[1].split()[0]
        assert "is revoked, for good" in (await place.command(f"keys revoke {key}", "UBOB"))["text"]
        code, out = await shell(place, "plans", "approve", plan, "--key", "bob.pem", "--yes")
        assert (code, "was revoked" in out) == (1, True)
        assert (await place.bot.core.changes.view(plan)).state == "pending"
        assert len(place.writes()) == before
        refused = [r for r in await records(place, plan) if r["type"] == "approval.refused"]
        assert {r["decision"]["rule"] for r in refused} == {"key:offered", "key:revoked"}
