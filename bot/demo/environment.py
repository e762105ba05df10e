"""The settings of the demo's bot: the workspace's addresses, and nothing of a real set-up but the model."""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.options import SERVICES, Options
from bot.settings import Settings, child_environment

THEIRS = frozenset({"LLM", "GROQ_API_KEY", "GROQ_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "LOG_LEVEL"})


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


def model_note(settings: Settings) -> str:
    if settings.llm.split(",")[0].strip() == "offline":
        return "offline planner; set GROQ_API_KEY for a model"
    return f"model {settings.llm.split(',')[0].strip()}"
