"""Settings: typed, read once, errors by name only, and `.env.example` tells them all."""

import re

import pytest

from bot.settings import Settings, SettingsError, load_settings


def names_in(path) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", path.read_text(), re.MULTILINE))


def test_env_example_lists_every_setting_and_nothing_else(root):
    assert names_in(root / ".env.example") == {name.upper() for name in Settings.model_fields}


def test_the_example_file_itself_loads(root, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text((root / ".env.example").read_text())
    settings = load_settings()
    assert settings.llm == "offline"
    assert settings.http_port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "secret-value-1"),
        ("SLACK_APP_TOKEN", "xoxb-secret-value-1"),
        ("SLACK_MODE", "secret-value-1"),
        ("LLM", "secret-value-1"),
        ("LLM", "groq"),
        ("HTTP_PORT", "secret-value-1"),
        ("HTTP_PORT", "70000"),
        ("DATABASE_URL", "mysql://u:secret-value-1@h/d"),
        ("SLACK_API_URL", "http://example.com/api/"),
        ("OCI_ENDPOINTS", "*=http://example.com"),
        ("OCI_ENDPOINTS", "nonsense"),
        ("OCI_AUTH", "secret-value-1"),
        ("PROMETHEUS_URL", "secret-value-1"),
        ("ENV", "secret-value-1"),
    ],
)
def test_T6_a_bad_value_names_the_field_and_never_the_value(monkeypatch, tmp_path, name, value):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    text = str(caught.value)
    assert name in text
    assert "secret-value-1" not in text


def test_several_problems_are_named_at_once(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLM", "nope")
    monkeypatch.setenv("HTTP_PORT", "nope")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert {problem.split(":")[0] for problem in caught.value.problems} == {"LLM", "HTTP_PORT"}


def test_slack_tokens_are_needed_by_mode(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN: missing"):
        load_settings().need_slack()
    monkeypatch.setenv("SLACK_MODE", "http")
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET: missing"):
        load_settings().need_slack()


def test_production_refuses_missing_keys_and_a_dotenv_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENV", "prod")
    with pytest.raises(SettingsError, match="AUDIT_KEY_FILE"):
        load_settings()
    for name in ("POLICY_FILE", "AUDIT_KEY_FILE", "AUDIT_SIGNING_KEY_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    assert load_settings().env == "prod"
    (tmp_path / ".env").write_text("LLM=offline\n")
    with pytest.raises(SettingsError, match="refused"):
        load_settings()


def test_secret_files_win_over_the_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "groq_api_key").write_text("from-file")
    monkeypatch.setenv("SECRETS_DIR", str(secrets))
    monkeypatch.setenv("GROQ_API_KEY", "from-environment")
    key = load_settings().groq_api_key
    assert key is not None
    assert key.get_secret_value() == "from-file"


def test_T2_no_secret_in_repr_or_dump(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary-123")
    settings = load_settings()
    assert "canary" not in repr(settings)
    assert "canary" not in str(settings.model_dump())
