"""Every setting, typed, read once. The only module that reads the environment.

Precedence: files in `SECRETS_DIR` > environment > `.env` (development only). `.env.example` lists them all; a test compares.
Errors name fields, never values. A secret may stand in a vault of Oracle Cloud (`bot/vaulted.py`).
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENCRYPTED = frozenset({"slack_api_url", "pagerduty_events_url"})
SLACK_API = "https://slack.com/api/"
OWNED = frozenset({"sqlite", "sqlite+aiosqlite", "postgresql+psycopg"})
MODEL_PROVIDERS = ("groq", "openai", "offline")


class SettingsError(Exception):
    """Some settings are missing or wrong; `problems` has one line a field, without values."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Field names are the variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    env: Literal["dev", "prod"] = "dev"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    secrets_dir: Path | None = None

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API
    slack_mode: Literal["socket", "http"] = "socket"
    slack_streams: bool = True

    llm: str = "offline"
    groq_api_key: SecretStr | None = None
    groq_base_url: str = ""
    openai_api_key: SecretStr | None = None
    openai_base_url: str = ""

    database_url: str = Field("sqlite+aiosqlite:///var/app.db", repr=False)
    database_owner_url: SecretStr | None = None
    database_pool_size: int = Field(8, ge=2, le=100)
    data_dir: Path = Path("var")
    redis_url: str = Field("", repr=False)

    oci_config_file: Path | None = None
    oci_config_profile: str = "DEFAULT"
    oci_change_profile: str = ""
    oci_auth: Literal[
        "config", "session", "instance_principal", "resource_principal", "oke_workload_identity"
    ] = "config"
    oci_endpoints: str = ""
    oci_alarm_topics: str = ""

    kubeconfig: Path | None = None
    kube_contexts: str = ""

    policy_file: Path | None = None
    services_file: Path | None = None
    prometheus_url: str = ""
    alertmanager_url: str = ""
    grafana_url: str = ""
    grafana_token: SecretStr | None = None
    smtp_url: SecretStr | None = None
    smtp_from: str = ""
    smtp_ca_file: Path | None = None
    pagerduty_routing_key: SecretStr | None = None
    pagerduty_events_url: str = "https://events.pagerduty.com"
    pagerduty_token: SecretStr | None = None

    audit_key_file: Path | None = None
    audit_signing_key_file: Path | None = None
    audit_strict_reads: bool = False
    audit_anchor_bucket: str = Field("", pattern=r"^([A-Za-z0-9._-]{1,256}(/[A-Za-z0-9._/-]{1,200})?)?$")
    audit_verify_hours: int = Field(6, ge=0, le=168)
    audit_keep_days: int | None = Field(None, ge=1, le=36_500)
    results_keep_days: int | None = Field(None, ge=1, le=36_500)
    token_encryption_key_file: Path | None = None

    public_url: str = ""
    otel_exporter_otlp_endpoint: str = ""
    webhook_secret_oci: SecretStr | None = None
    webhook_secret_alertmanager: SecretStr | None = None
    webhook_secret_grafana: SecretStr | None = None
    webhook_secret_generic: SecretStr | None = None
    webhook_secret_deploy: SecretStr | None = None
    notify_webhook_secret: SecretStr | None = None
    heartbeat_url: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        from bot.vaulted import Vaulted

        secret = {name for name, about in cls.model_fields.items() if _holds_secret(name, about.annotation)}
        return init_settings, Vaulted(
            settings_cls, (file_secret_settings, env_settings, dotenv_settings), frozenset(secret)
        )

    @field_validator("*", mode="before")
    @classmethod
    def empty_is_unset(cls, value: Any, info: Any) -> Any:
        """`NAME=` in a file means: the default."""
        if value == "" and info.field_name:
            return cls.model_fields[info.field_name].get_default()
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def token_prefix(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        prefix = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}[info.field_name]
        if value is not None and not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}")
        return value

    @field_validator(
        "slack_api_url",
        "prometheus_url",
        "alertmanager_url",
        "grafana_url",
        "groq_base_url",
        "openai_base_url",
        "public_url",
        "pagerduty_events_url",
    )
    @classmethod
    def http_address(cls, value: str, info: Any) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http or https address")
        if parts.scheme == "http" and info.field_name in ENCRYPTED and not is_loopback(parts.hostname):
            raise ValueError("plain http is allowed to this machine only")
        return value if info.field_name != "slack_api_url" or value.endswith("/") else value + "/"

    @field_validator("oci_endpoints")
    @classmethod
    def endpoints(cls, value: str) -> str:
        for entry in filter(None, value.split(",")):
            name, _, address = entry.partition("=")
            parts = urlsplit(address)
            if not name or parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("must be service=address, comma separated")
            if parts.scheme == "http" and not is_loopback(parts.hostname):
                raise ValueError("plain http is allowed to this machine only")
        return value

    @field_validator("smtp_url", "smtp_from", "notify_webhook_secret", "heartbeat_url")
    @classmethod
    def way_out(cls, value: SecretStr | str | None, info: Any) -> SecretStr | str | None:
        """Of notifications."""
        from bot.notify.checking import CHECKS

        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text:
            CHECKS[info.field_name](text)
        return value

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        scheme = value.partition(":")[0]
        if scheme == "sqlite":
            return value.replace("sqlite:", "sqlite+aiosqlite:", 1)
        if scheme not in {"sqlite+aiosqlite", "postgresql+psycopg"}:
            raise ValueError("must start with sqlite: or postgresql+psycopg:")
        return value

    @field_validator("database_owner_url")
    @classmethod
    def known_owner(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value().partition(":")[0] not in OWNED:
            raise ValueError("must start with sqlite: or postgresql+psycopg:")
        return value

    @field_validator("redis_url")
    @classmethod
    def known_cache(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must start with redis:, rediss: or unix:")
        return value

    @field_validator("llm")
    @classmethod
    def known_models(cls, value: str) -> str:
        for entry in value.split(","):
            provider, _, model = entry.strip().partition(":")
            if provider not in MODEL_PROVIDERS or (provider != "offline" and not model):
                raise ValueError("must be a list of groq:<model>, openai:<model> or offline")
        return value

    @model_validator(mode="after")
    def purges_what_it_may(self) -> Settings:
        """The bot's role on PostgreSQL may not remove a row of the audit, and no setting may say that it does."""
        if self.audit_keep_days is not None and self.database_url.startswith("postgresql"):
            raise ValueError(
                "AUDIT_KEEP_DAYS: only with SQLite; on PostgreSQL the audit's owner removes rows"
            )
        return self

    @model_validator(mode="after")
    def bucket_is_reached(self) -> Settings:
        if (
            self.audit_anchor_bucket
            and self.oci_auth in {"config", "session"}
            and self.oci_config_file is None
        ):
            raise ValueError("AUDIT_ANCHOR_BUCKET: needs Oracle Cloud, and OCI_CONFIG_FILE is not set")
        return self

    @model_validator(mode="after")
    def production_is_strict(self) -> Settings:
        """`ENV=prod` refuses what only development may do."""
        if self.env != "prod":
            return self
        required = ("policy_file", "audit_key_file", "audit_signing_key_file")
        missing = [name.upper() for name in required if getattr(self, name) is None]
        if missing:
            raise ValueError(f"required when ENV=prod: {', '.join(missing)}")
        if Path(".env").exists():
            raise ValueError("a .env file is refused when ENV=prod; use SECRETS_DIR or the environment")
        return self

    def need_slack(self) -> None:
        """Raise SettingsError naming each missing field that a Slack connection needs."""
        names = [
            "slack_bot_token",
            "slack_app_token" if self.slack_mode == "socket" else "slack_signing_secret",
        ]
        missing = tuple(f"{name.upper()}: missing" for name in names if getattr(self, name) is None)
        if missing:
            raise SettingsError(missing)


def _holds_secret(name: str, annotation: Any) -> bool:
    """Whether its value may stand in a vault: secrets, and addresses that carry a password."""
    return name in {"database_url", "redis_url"} or "SecretStr" in str(annotation)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError naming every bad field."""
    secrets = os.environ.get("SECRETS_DIR") or None
    if secrets and not Path(secrets).is_dir():
        raise SettingsError(("SECRETS_DIR: there is no such folder",))
    production = os.environ.get("ENV") == "prod"
    from bot.vaulted import Unreadable

    try:
        return Settings(_secrets_dir=secrets, _env_file=None if production else ".env")
    except Unreadable as error:
        raise SettingsError(error.problems) from None
    except ValidationError as error:
        raise SettingsError(tuple(problem(item) for item in error.errors(include_input=False))) from None


def problem(item: Any) -> str:
    name = ".".join(str(part) for part in item["loc"]).upper() or "settings"
    return f"{name}: {str(item['msg']).removeprefix('Value error, ')}"


def child_environment(**extra: str) -> dict[str, str]:
    """The environment for a process of our own, with `extra` on top. For the demo's supervisor."""
    return {**os.environ, **extra}
