"""Docs cannot drift: what repeats the code is written by scripts/docs, links lead somewhere, names exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.cli.commands import COMMANDS
from bot.metrics import REGISTRY
from bot.settings import Settings
from tests.unit.cli_process import ROOT
from tools.registry import ACTIONS, TOOLS

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_generated_pages_are_what_the_code_says_now():
    done = subprocess.run(
        [sys.executable, "scripts/docs", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_every_command_of_the_parser_and_no_other():
    block = (
        (ROOT / "README.md").read_text().partition("<!-- commands -->")[2].partition("<!-- /commands -->")[0]
    )
    named = set(
        re.findall(
            r"`python -m bot ([a-z]+(?: (?:verify|export|list|show|approve|reject|run|enroll|revoke|check|upgrade|purge|parse|who-can|findings|test|diff|summarise|preview))?)",
            block,
        )
    )
    assert named == {f"{c.name} {s.name}" if c.subs else c.name for c in COMMANDS for s in (c.subs or (c,))}


def test_the_settings_page_names_every_setting_and_no_other():
    named = set(re.findall(r"^\| `([A-Z_]+)` ", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_catalogues_name_every_tool_and_action():
    assert set(re.findall(r"^## (\w+)$", (ROOT / "docs/tools.md").read_text(), re.MULTILINE)) == {
        t.name for t in TOOLS
    }
    assert set(re.findall(r"^## (\w+)$", (ROOT / "docs/actions.md").read_text(), re.MULTILINE)) == {
        a.name for a in ACTIONS
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path):
    for target in LINK.findall(page.read_text()):
        if "://" in target or target.startswith("#"):
            continue
        assert (page.parent / target.partition("#")[0]).exists(), target


def test_the_metrics_page_names_every_metric():
    page = (ROOT / "docs/operations.md").read_text()
    for metric in REGISTRY.collect():
        name = metric.name + ("_total" if metric.type == "counter" else "")
        assert f"`{name}`" in page


def test_the_readers_rights_hold_no_secret_no_exec_and_no_write():
    documents = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/rbac.yaml").read_text()))
    rules = next(d for d in documents if d["kind"] == "ClusterRole")["rules"]
    for rule in rules:
        assert "*" not in rule["resources"] + rule["apiGroups"] + rule["verbs"]
        assert not {"secrets", "pods/exec", "pods/portforward"} & set(rule["resources"])
        assert set(rule["verbs"]) <= {"get", "list"} or rule["resources"] == ["subjectaccessreviews"]


def test_the_changers_rights_are_what_the_actions_need_and_no_more():
    documents = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/rbac-change.yaml").read_text()))
    rules = [rule for d in documents if d["kind"] == "ClusterRole" for rule in d["rules"]]
    given = {
        (verb, f"{kind}.{group}" if group else kind)
        for rule in rules
        for group in rule["apiGroups"]
        for kind in rule["resources"]
        for verb in rule["verbs"]
    }
    assert {
        ("patch", "nodes"),
        ("create", "pods/eviction"),
        ("delete", "pods"),
        ("patch", "deployments/scale.apps"),
    } <= given
    assert {verb for verb, _ in given} == {"create", "delete", "get", "patch"}
    assert not {kind for _, kind in given if "secret" in kind or "role" in kind or "*" in kind}


def test_the_first_screen_of_the_readme_has_the_two_commands():
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:24])
    assert "make demo" in first
    assert "make test" in first


def test_no_page_is_about_anything_outside_the_repository():
    for page in PAGES:
        assert "shared/" not in page.read_text()
