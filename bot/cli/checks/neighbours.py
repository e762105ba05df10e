"""Prometheus, Alertmanager, Redis and the language models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings


async def prometheus(settings: Settings) -> list[Line]:
    from storage.clock import SystemClock
    from tools.errors import ToolError
    from tools.metrics.prometheus import Prometheus

    if not settings.prometheus_url:
        return [off("prometheus", "no PROMETHEUS_URL: answers go without metrics")]
    server = Prometheus(settings.prometheus_url)
    try:
        found = await server.instant("count(up)", SystemClock().now())
    except ToolError as error:
        return [wrong("prometheus", error.reason, "check PROMETHEUS_URL")]
    finally:
        await server.close()
    targets = f"{found[0].last:.0f} targets" if found else "no targets"
    return [fine("prometheus", f"answers, {targets}")]


async def alertmanager(settings: Settings) -> list[Line]:
    from tools.errors import ToolError
    from tools.metrics.alertmanager import Alertmanager

    if not settings.alertmanager_url:
        return [off("alertmanager", "no ALERTMANAGER_URL: alerts cannot be silenced")]
    server = Alertmanager(settings.alertmanager_url)
    try:
        await server.silences()
    except ToolError as error:
        return [wrong("alertmanager", error.reason, "check ALERTMANAGER_URL")]
    finally:
        await server.close()
    return [fine("alertmanager", "answers")]


async def cache(settings: Settings) -> list[Line]:
    from storage.quick import open_quick

    if not settings.redis_url:
        return [off("cache", "no REDIS_URL: cache, limits and locks are kept in the process")]
    try:
        quick = open_quick(settings.redis_url)
    except ValueError:
        return [wrong("cache", "REDIS_URL: is no address", "redis://host:6379/0")]
    try:
        state = await quick.state()
    finally:
        await quick.close()
    if state != "ok":
        return [
            wrong("cache", "Redis does not answer; the bot does without", "check REDIS_URL and the server")
        ]
    return [fine("cache", "Redis answers")]


async def models(settings: Settings) -> list[Line]:
    from agents.models.check import check
    from agents.models.setting import ModelsConfig

    config = ModelsConfig(
        llm=settings.llm,
        groq_api_key=settings.groq_api_key,
        groq_base_url=settings.groq_base_url,
        openai_api_key=settings.openai_api_key,
        openai_base_url=settings.openai_base_url,
    )
    found = await check(config)
    if not found:
        return [off("models", "offline planner only; set LLM and a key for a model")]
    return [
        wrong("models", f"{item.spec}: {item.problem}", "check LLM and the provider's key and address")
        if item.problem
        else fine("models", f"{item.spec}: offered")
        for item in found
    ]
