"""`route`: what the offline planner would do with a text. Nothing runs, nothing is asked over the network."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.cli.command import FINE, CannotRun, Command, json_option, print_line
from bot.cli.files import json_lines, read_text
from bot.cli.opening import read_settings

if TYPE_CHECKING:
    from agents.planner import Catalog, Route
    from bot.settings import Settings

Planner = Callable[[str, str], "Route"]


def options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the text to route")
    parser.add_argument("--context", default="", metavar="TEXT", help="the message before it in the thread")
    parser.add_argument(
        "--file", metavar="FILE", help="one {id, question, context?} a line; prints JSON lines"
    )
    json_option(parser)


def run(parsed: Namespace) -> int:
    if bool(parsed.file) == bool(parsed.text):
        raise CannotRun("route: give a text, or --file FILE")
    planner = open_planner()
    if parsed.file:
        return _file(planner, parsed.file)
    found = planner(parsed.text, parsed.context)
    if parsed.json:
        print_line({"id": "1", **found.to_json()})
    else:
        print(spell(found))
    return FINE


def open_planner() -> Planner:
    """With the names of the service map and the kubeconfig, as far as settings name them."""
    from datetime import UTC

    from agents.planner.planned import planned
    from storage.clock import SystemClock

    catalog = known_names(read_settings())
    now = SystemClock().now().astimezone(UTC)
    return lambda text, before: planned(text, before, catalog, now)


def known_names(settings: Settings) -> Catalog:
    from agents.planner.services import catalog_of
    from tools.cluster.connection import contexts
    from tools.services.load import ServicesError, read

    try:
        services = read(settings.services_file) if settings.services_file else {}
    except ServicesError as error:
        raise CannotRun(*(f"SERVICES_FILE: {problem}" for problem in error.problems)) from error
    clusters, _ = contexts(settings.kubeconfig) if settings.kubeconfig else ((), "")
    return catalog_of(services.values(), clusters)


def _file(planner: Planner, name: str) -> int:
    for number, entry in json_lines(name, read_text(name)):
        question = entry.get("question")
        if not isinstance(question, str):
            raise CannotRun(f"{name} line {number}: needs a question")
        found = planner(question, str(entry.get("context") or ""))
        print_line({"id": entry.get("id", number), **found.to_json()})
    return FINE


def spell(route: Route) -> str:
    args = " ".join(f"{key}={value}" for key, value in route.args.items())
    parts = [str(route.kind), route.playbook or route.tool or str(route.topic), args]
    head = " ".join(part for part in parts if part) + f"  ({route.confidence:.2f})"
    more = [route.ask, *(f"  {option}" for option in route.options), *route.notes]
    return "\n".join([head, *(line for line in more if line)])


ROUTE = Command("route", "say what the offline planner would do with a text", run, options)
