"""The demo as a person starts it: processes of their own, played, killed, tampered with, ended, started again."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOT = "<@UCLOUDOPS>"
CHANNEL = "CINCIDENTS"
pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]


class Demo:
    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url, self.process = url, process

    def post(self, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)

    def get(self, path: str, **query: str) -> Any:
        with urllib.request.urlopen(
            f"{self.url}{path}?{urllib.parse.urlencode(query)}", timeout=30
        ) as answer:
            return json.load(answer)

    def control(self, name: str) -> Any:
        return self.post("/local/controls", name=name)

    def say(self, user: str, text: str, thread: str = "") -> str:
        more = {"thread_ts": thread} if thread else {}
        return self.post("/local/messages", user=user, channel=CHANNEL, text=text, **more)["ts"]

    def thread(self, ts: str) -> list[dict[str, Any]]:
        return self.get("/local/messages", channel=CHANNEL, thread_ts=ts, user="UALICE")["messages"]

    def card(self, ts: str) -> dict[str, Any] | None:
        return next((m for m in self.thread(ts) if "plan_" in json.dumps(m.get("blocks", []))), None)


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, "what was waited for did not come"
        time.sleep(0.1)
    return found


@contextmanager
def started(state: Path, *words: str, **env: str) -> Iterator[Demo]:
    command = [
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--headless",
        "--port",
        "0",
        "--state",
        str(state),
        *words,
    ]
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    with subprocess.Popen(
        command, cwd=ROOT, env={**kept, **env}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("ready http://127.0.0.1:"), line
            yield Demo(line.split()[1], process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(40)


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(state) -> Iterator[Demo]:
    with started(state) as running:
        yield running


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_the_main_job_is_played_from_question_to_proof(tmp_path, transport):
    command = [
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--headless",
        "--play",
        "--port",
        "0",
        "--state",
        str(tmp_path),
    ]
    env = {**os.environ, "CI": "true", "SLACK_MODE": transport}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ready http://127.0.0.1:")
    steps = [line for line in lines if re.match(r"\d +[\d.]+ s  ", line)]
    assert [line[0] for line in steps] == list("1234567")
    assert "FAILED" not in done.stdout


def test_info_names_the_bots_database(demo, state):
    assert str(state) in demo.get("/local/info")["database_url"]


def test_a_bot_that_is_killed_in_the_middle_of_a_change_comes_back_and_the_card_tells(demo):
    ts = demo.say("UALICE", f"{BOT} restart payments")
    card = until(lambda: demo.card(ts))
    demo.post("/local/clicks", user="UBOB", channel=CHANNEL, ts=card["ts"], action_id="plan_approve")
    until(lambda: "Running" in demo.card(ts)["text"])
    killed = demo.control("kill_bot")
    assert killed["ok"], killed
    assert killed["data"]["pid"] != killed["data"]["killed"]
    settled = until(lambda: demo.card(ts)["text"].startswith(("Succeeded", "Failed")) and demo.card(ts), 120)
    assert settled["text"].startswith("Succeeded")
    assert "taken over" in settled["text"]
    assert "0 repeated" in settled["text"]


def test_a_tampered_record_is_found_from_the_page(demo):
    demo.say("UCAROL", f"{BOT} what is unhealthy?")
    assert demo.control("verify")["data"] == {"exit": 0}
    seq = demo.control("tamper")["data"]["seq"]
    verdict = demo.control("verify")
    assert verdict["data"] == {"exit": 1}
    assert f"TAMPERED: first bad record {seq}" in verdict["text"]
    rows = demo.control("summary")["data"]["rows"]
    assert {"tampered", "killed", "asked", "approved", "changed"} <= {row["what"] for row in rows}
    assert all(row["record"] for row in rows)


def test_an_unknown_control_is_no(demo):
    assert demo.control("make_coffee")["ok"] is False


def test_it_ends_with_0_and_the_same_state_starts_again(demo, state):
    ts = demo.say("UALICE", f"{BOT} hello")
    until(lambda: len(demo.thread(ts)) > 1)
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(40) == 0
    with started(state) as again:
        assert len(again.thread(ts)) > 1
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(40) == 0


def test_a_policy_that_is_wrong_stops_the_demo_with_its_line(tmp_path):
    (tmp_path / "policy.yaml").write_text("version: 1\npeopel: []\n")
    command = [
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--headless",
        "--port",
        "0",
        "--state",
        str(tmp_path / "s"),
    ]
    done = subprocess.run(
        [*command, "--policy", str(tmp_path / "policy.yaml")],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "policy.yaml: line 2, peopel" in done.stderr
