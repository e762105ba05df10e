"""The settings of the demo's bot: the workspace's addresses, and nothing of a real set-up but the model."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from bot.demo.options import SERVICES, Options
from bot.settings import Settings, child_environment

THEIRS = frozenset(
    {"LLM", "GROQ_API_KEY", "GROQ_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "LOG_LEVEL", "SLACK_MODE"}
)


def bot_environment(options: Options, sandbox: Mapping[str, str], http_port: int) -> dict[str, str]:
    """Everything that is not said here is empty, so that a .env or a kubeconfig of this machine is never used."""
    empty = {name.upper(): "" for name in Settings.model_fields if name.upper() not in THEIRS}
    ours = {
        "ENV": "dev",
        "DATABASE_URL": options.database_url,
        "POLICY_FILE": str(options.policy_file),
        "SERVICES_FILE": str(SERVICES),
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(http_port),
        "LANGSMITH_TRACING": "false",
    }
    return child_environment(**(empty | ours | dict(sandbox)))


def write_env_file(file: Path, env: Mapping[str, str]) -> None:
    """The same settings for other commands on the same world: `set -a; . FILE; set +a`. Blocking."""
    names = [name.upper() for name in Settings.model_fields if name.upper() not in THEIRS]
    lines = [f"{name}={shlex.quote(env[name])}" for name in names if env.get(name)]
    file.touch(mode=0o600)
    file.write_text(
        "\n".join([f"# Written by the demo: source {file.name}, then python -m bot doctor", *lines]) + "\n"
    )


def model_note(settings: Settings) -> str:
    if settings.llm.split(",")[0].strip() == "offline":
        return "offline planner; set GROQ_API_KEY for a model"
    return f"model {settings.llm.split(',')[0].strip()}"
