"""The supervisor's processes: they are stopped, they do not outlive it, and they are told nothing of this machine."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bot.demo.child import Child
from bot.demo.environment import bot_environment, model_note
from bot.demo.options import Options
from bot.settings import Settings
from tests.unit.cli_process import ROOT

PROGRAM = "import signal, sys, time\n{}\nprint('up', flush=True)\ntime.sleep(60)"


async def started(tmp_path, first="pass"):
    (tmp_path / "program.py").write_text(PROGRAM.format(first))
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    child = await Child.start(["program"], env=env, cwd=tmp_path, log=tmp_path / "log", talks=True)
    async for line in child.lines():
        assert line == "up\n"
        break
    return child


async def test_a_child_that_is_asked_to_stop_ends(tmp_path):
    child = await started(tmp_path)
    await child.stop()
    assert child.process.returncode == -signal.SIGTERM


async def test_a_child_that_does_not_listen_is_killed(tmp_path):
    child = await started(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    await child.stop(0.3)
    assert child.process.returncode == -signal.SIGKILL


async def test_a_line_to_a_child_that_is_gone_is_lost_and_nothing_else_happens(tmp_path):
    child = await started(tmp_path)
    child.kill()
    await child.ended()
    await child.say("hello")


async def test_the_last_words_are_the_end_of_the_log(tmp_path):
    child = await started(tmp_path, "[print(n, file=sys.stderr) for n in range(9)]")
    await child.stop()
    assert child.last_words(2) == "7\n8"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_bot_does_not_outlive_a_supervisor_that_was_killed(tmp_path):
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'bot.demo.leash', sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(1.0)  # the child becomes its program
        assert psutil.pid_exists(pid)
        parent.kill()
    ends = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_the_demos_bot_knows_the_workspace_and_nothing_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/production")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-the-company")
    monkeypatch.setenv("GROQ_API_KEY", "kept")
    options = Options(port=0, state=tmp_path)
    env = bot_environment(options, {"SLACK_BOT_TOKEN": "xoxb-local"}, 4711)
    assert env["KUBECONFIG"] == ""
    assert env["SLACK_BOT_TOKEN"] == "xoxb-local"
    assert env["GROQ_API_KEY"] == "kept"
    assert env["HTTP_PORT"] == "4711"
    assert str(tmp_path) in env["DATABASE_URL"]
    await asyncio.sleep(0)


def test_the_note_says_what_would_make_it_better():
    assert "GROQ_API_KEY" in model_note(Settings(_env_file=None))
    assert model_note(Settings(_env_file=None, llm="groq:a/b,offline")) == "model groq:a/b"
