"""Bad settings and bad files: exit 2, the field, the line and the key are named, values never are."""

import pytest

from tests.unit.cli_process import POLICY, SERVICES, process, run

SECRET = "sk-very-secret-value-1"


@pytest.mark.parametrize(
    "command", [("run",), ("doctor",), ("plans", "list"), ("audit", "verify"), ("db", "upgrade")]
)
def test_a_malformed_setting_names_the_field_and_never_the_value(tmp_path, command):
    ran = run(tmp_path, *command, HTTP_PORT=SECRET, SLACK_BOT_TOKEN=SECRET)
    assert ran.code == 2
    assert "HTTP_PORT" in ran.err
    assert "SLACK_BOT_TOKEN" in ran.err
    assert SECRET not in ran.err + ran.out
    assert "Traceback" not in ran.err


def test_run_names_each_missing_slack_token(tmp_path):
    ran = process(tmp_path, "run")
    assert ran.code == 2
    assert "SLACK_BOT_TOKEN: missing" in ran.err
    assert "SLACK_APP_TOKEN: missing" in ran.err


def test_production_names_what_it_requires(tmp_path):
    ran = run(tmp_path, "run", ENV="prod")
    assert ran.code == 2
    for name in ("POLICY_FILE", "AUDIT_KEY_FILE", "AUDIT_SIGNING_KEY_FILE"):
        assert name in ran.err


def test_a_bad_policy_names_file_line_and_key(tmp_path):
    (tmp_path / "policy.yaml").write_text(POLICY.read_text().replace("limits:", "limitz:"))
    line = next(n for n, text in enumerate(POLICY.read_text().splitlines(), 1) if text.startswith("limits:"))
    ran = run(tmp_path, "ask", "hi", "--as", "alice", POLICY_FILE="policy.yaml")
    assert ran.code == 2
    assert f"POLICY_FILE: policy.yaml: line {line}, limitz" in ran.err


def test_a_bad_service_map_names_line_and_key(tmp_path):
    (tmp_path / "services.yaml").write_text(
        SERVICES.read_text().replace("    owner: team-payments", "    ownr: x")
    )
    line = next(n for n, text in enumerate(SERVICES.read_text().splitlines(), 1) if "team-payments" in text)
    for words in (["ask", "hi", "--as", "alice"], ["route", "hi"]):
        ran = run(tmp_path, *words, POLICY_FILE=str(POLICY), SERVICES_FILE="services.yaml")
        assert ran.code == 2
        assert "SERVICES_FILE" in ran.err
        assert f"line {line}" in ran.err
        assert "payments.ownr" in ran.err


def test_a_person_who_is_not_in_the_policy_is_named_with_those_who_are(tmp_path):
    ran = run(tmp_path, "tool", "k8s_unhealthy", "{}", "--as", "mallory", POLICY_FILE=str(POLICY))
    assert ran.code == 2
    assert "--as" in ran.err
    assert "alice" in ran.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["tool", "k8s_unhealthy", "{", "--as", "alice"], "not JSON"),
        (["tool", "k8s_unhealthy", "[]", "--as", "alice"], "not a JSON object"),
        (["tool", "k8s_unhelthy", "--as", "alice"], "k8s_unhealthy"),
        (["tool", "k8s_unhealthy", "{}"], "--as"),
        (["tool"], "--list"),
        (["plans", "show", "plan_nowhere"], "plan_nowhere"),
        (["plans", "list", "--state", "maybe"], "pending"),
        (["audit", "verify"], "DATABASE_URL"),
        (["audit", "export"], "DATABASE_URL"),
        (["route"], "--file"),
        (["redact", "nowhere.txt"], "nowhere.txt"),
    ],
)
def test_what_cannot_be_done_is_said_in_words_with_exit_2(tmp_path, words, named):
    ran = run(tmp_path, *words, POLICY_FILE=str(POLICY))
    assert ran.code == 2
    assert named in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["plans"], "`plans list` or `plans show`"),
        (["db"], "`db upgrade`"),
        (["plans", "list", "--limit", "0"], "--limit"),
        (["audit", "verify", "--from", "9", "--to", "3"], "--to: is before --from"),
        (["audit", "export", "--from", "0"], "counted from 1"),
    ],
)
def test_a_word_too_few_and_a_range_without_records_are_refused(tmp_path, words, named):
    ran = run(tmp_path, *words)
    assert ran.code == 2
    assert named in ran.err


def test_a_kubeconfig_that_is_none_is_said_without_what_stands_in_it(tmp_path):
    (tmp_path / "text").write_text(SECRET)
    (tmp_path / "broken.yaml").write_text("a: [\n")
    for file, said in (("text", "no kubeconfig"), ("broken.yaml", "no kubeconfig"), ("gone", "not there")):
        ran = run(tmp_path, "ask", "hi", "--as", "alice", POLICY_FILE=str(POLICY), KUBECONFIG=file)
        assert ran.code == 2
        assert "KUBECONFIG" in ran.err
        assert said in ran.err
        assert SECRET not in ran.err


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    ran = run(tmp_path, "plans", "list", DATABASE_URL=f"sqlite:///{tmp_path}/file/app.db")
    assert ran.code == 2
    assert "DATABASE_URL: its folder cannot be used" in ran.err


def test_a_secrets_folder_that_is_not_there_is_said(tmp_path):
    ran = run(tmp_path, "doctor", SECRETS_DIR=str(tmp_path / "nowhere"))
    assert ran.code == 2
    assert "SECRETS_DIR" in ran.err
