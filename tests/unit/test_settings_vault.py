"""Settings that name a secret of a vault: read once at the start, never named in an error."""

import pytest

from bot.settings import SettingsError, load_settings
from tests.unit.estate_shop import at, local
from tests.unit.oci_running import Running

__all__ = ["at", "local"]
VALUE = "shop-payments-key"


@pytest.fixture
def place(local: Running, monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in local.server.environment().items():
        monkeypatch.setenv(name, value)
    return local


def test_a_secret_is_read_from_its_vault_and_not_shown(place, monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", f"oci-vault:{place.ocid('vaultsecret', 'payments-api-key')}")
    settings = load_settings()
    assert settings.groq_api_key is not None
    assert settings.groq_api_key.get_secret_value() == VALUE
    assert VALUE not in repr(settings)


def test_what_a_vault_gives_is_checked_as_any_value_and_never_repeated(place, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"oci-vault:{place.ocid('vaultsecret', 'payments-api-key')}")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert error.value.problems == ("SLACK_BOT_TOKEN: must start with xoxb-",)


def test_every_secret_that_cannot_be_read_is_named_by_its_field(place, monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", f"oci-vault:{place.ocid('vaultsecret', 'not-there')}")
    monkeypatch.setenv("OPENAI_API_KEY", f"oci-vault:{place.ocid('vaultsecret', 'not-there')}")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert sorted(line.split(":")[0] for line in error.value.problems) == ["GROQ_API_KEY", "OPENAI_API_KEY"]
    assert "may not see it" in error.value.problems[0]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("GROQ_API_KEY", "oci-vault:payments", "GROQ_API_KEY: must be oci-vault:<OCID of a secret>"), ("LLM", "oci-vault:ocid1.vaultsecret.oc1.eu-frankfurt-1.a", "LLM: is no secret, so it is not read from a vault")],
)  # fmt: skip
def test_only_a_secret_names_one_and_by_its_ocid(place, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert error.value.problems == (said,)
