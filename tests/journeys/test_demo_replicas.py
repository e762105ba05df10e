"""The demo with two bots on one PostgreSQL: one is killed in the middle of a change, the other ends it; then all of it is ended."""

import json
import shutil
import signal
import time
import urllib.request

import psutil
import pytest

from bot.demo.options import Options
from tests.journeys.test_demo import BOT, CHANNEL, started, until
from tests.servers.programs import program

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300), pytest.mark.servers]
TOLD_S = 20.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    program("initdb", "usr/lib/postgresql/*/bin")
    program("redis-server")
    begun = time.monotonic()
    state = tmp_path_factory.mktemp("demo")
    with started(state, "--replicas", "2") as running:
        running.start_s = time.monotonic() - begun
        yield running
    shutil.rmtree(Options(0, state, replicas=2).cluster)


def bots(demo):
    return {bot["name"]: bot for bot in demo.get("/local/bot")["bot"]["replicas"]}


def stops(demo):
    """As the local Oracle Cloud has kept them."""
    with urllib.request.urlopen(
        f"{demo.get('/local/info')['oci_url']}/local/calls?operation=instance_action"
    ) as answer:
        return json.load(answer)["calls"]


def test_one_of_two_is_killed_in_the_middle_of_a_change_in_oracle_cloud(demo, record_property):
    assert {bot["state"] for bot in bots(demo).values()} == {"up"}
    ts = demo.say("UALICE", f"{BOT} stop instance train-recsys-1")
    card = until(lambda: demo.card(ts))
    demo.post("/local/clicks", user="UBOB", channel=CHANNEL, ts=card["ts"], action_id="plan_approve")
    until(lambda: stops(demo))
    begun = time.monotonic()
    killed = demo.control("kill_bot")
    assert killed["ok"], killed
    assert "in the middle of a change" in killed["text"]
    dead, heir = killed["data"]["name"], killed["data"]["heir"]
    assert {dead, heir} == {"bot 1", "bot 2"}
    until(lambda: "taken over" in demo.card(ts)["text"].lower(), TOLD_S)
    told = time.monotonic() - begun
    assert told <= TOLD_S
    settled = until(lambda: demo.card(ts)["text"].startswith(("Succeeded", "Failed")) and demo.card(ts), 120)
    assert settled["text"].startswith("Succeeded")
    assert "0 repeated" in settled["text"]
    assert [call["status"] for call in stops(demo)] == [200]
    verdict = demo.control("verify")
    assert verdict["ok"], verdict["text"]
    figure = f"two bots up after {demo.start_s:.0f} s; taken over after {killed['data']['seconds']} s, on the card after {told:.0f} s"
    record_property("figure", figure)


def test_the_other_answers_meanwhile_and_the_dead_one_is_started_by_a_button(demo):
    (dead,) = [number for number, bot in enumerate(bots(demo).values(), 1) if bot["state"] == "down"]
    ts = demo.say("UCAROL", f"{BOT} what is unhealthy?")
    until(lambda: len(demo.thread(ts)) > 1, 20)
    assert demo.control(f"start_bot_{dead}")["ok"]
    until(lambda: bots(demo)[f"bot {dead}"]["state"] == "up")
    assert demo.control(f"start_bot_{dead}")["text"] == f"the bot {dead} is up already"
    assert demo.control("start_bot_7")["ok"] is False


def test_a_record_that_was_tampered_with_in_postgresql_is_found(demo):
    seq = demo.control("tamper")["data"]["seq"]
    assert f"TAMPERED: first bad record {seq}" in demo.control("verify")["text"]
    assert demo.control("verify")["data"] == {"exit": 1}
    rows = demo.control("summary")["data"]["rows"]
    assert {"tampered", "killed", "asked", "approved", "changed"} <= {row["what"] for row in rows}


def test_everything_that_was_started_ends_with_it(demo):
    left = psutil.Process(demo.process.pid).children(recursive=True)
    assert {"postgres", "redis-server"} <= {process.name() for process in left}
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(60) == 0
    _, alive = psutil.wait_procs(left, 5)
    assert alive == []
