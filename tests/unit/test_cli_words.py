"""The command line as words: what is understood, what is suggested, and how it ends."""

import subprocess
import sys

import pytest

from bot.cli.commands import COMMANDS
from bot.cli.parser import build_parser, unknown
from tests.unit.cli_process import ROOT, process, run

HEAVY = (
    "slack_bolt",
    "kubernetes",
    "langchain",
    "langgraph",
    "pydantic",
    "sqlalchemy",
    "aiohttp",
    "dbos",
    "yaml",
)
PATHS = [(c.name, *(() if not c.subs else (s.name,))) for c in COMMANDS for s in (c.subs or (c,))]


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [
        (["rn"], "`run`"),
        (["dotcor"], "`doctor`"),
        (["manfest"], "`manifest`"),
        (["audit", "verfy"], "`audit verify`"),
        (["plans", "lst"], "`plans list`"),
        (["db", "upgrde"], "`db upgrade`"),
        (["Ask", "why"], "`ask`"),
    ],
)
def test_an_unknown_command_suggests_the_near_one_and_cannot_start(tmp_path, words, suggestion):
    ran = run(tmp_path, *words)
    assert (ran.code, ran.out) == (2, "")
    assert f"did you mean {suggestion}?" in ran.err


def test_a_word_that_is_near_nothing_lists_what_there_is():
    text = unknown(["xyzzy"])
    assert "did you mean" not in text
    assert all(command.name in text for command in COMMANDS)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_explains_itself(capsys, path):
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([*path, "--help"])
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["audit", "plans", "db"])
def test_a_group_alone_cannot_start(tmp_path, name):
    ran = run(tmp_path, name)
    assert ran.code == 2
    assert name in ran.err


def test_as_a_process_the_exit_code_is_the_same(tmp_path):
    assert process(tmp_path, "manifest").code == 0
    ran = process(tmp_path, "rn")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `run`?" in ran.err


def test_no_command_shows_the_help(tmp_path):
    ran = run(tmp_path)
    assert ran.code == 2
    assert "doctor" in ran.out


def test_help_imports_nothing_heavy():
    code = "from bot.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_by(code).intersection(HEAVY)


def test_a_start_answers_commands_before_it_imports_what_only_questions_need():
    assert not loaded_by("import bot.app").intersection(
        {"oci", "kubernetes", "langgraph", "langchain_core", "agents.planner.router", "agents.planner.speech"}
    )


def loaded_by(code: str) -> set[str]:
    code = f"import sys; {code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return set(done.stdout.splitlines()[-1].split())


def test_the_manifest_command_prints_the_kept_file(tmp_path):
    ran = run(tmp_path, "manifest")
    assert ran.code == 0
    assert ran.out == (ROOT / "deploy/slack/manifest.json").read_text()


def test_the_http_manifest_needs_an_https_address(tmp_path):
    assert run(tmp_path, "manifest", "--http").code == 2
    ran = run(tmp_path, "manifest", "--http", "--public-url", "https://bot.example.com/")
    assert (
        ran.json["settings"]["event_subscriptions"]["request_url"] == "https://bot.example.com/slack/events"
    )


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["demo", "--replicas", "6"], "--replicas: between 1 and 5"),
        (["demo", "--replicas", "0"], "--replicas"),
        (["demo", "--port", "70000"], "--port"),
        (["demo", "--policy", "nowhere.yaml"], "--policy"),
    ],
)
def test_a_demo_that_cannot_be_is_refused_in_words(tmp_path, words, named):
    ran = run(tmp_path, *words)
    assert ran.code == 2
    assert named in ran.err
    assert "Traceback" not in ran.err
