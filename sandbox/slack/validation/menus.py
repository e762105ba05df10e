"""Select menus, single and multiple, over options of the app's, people, channels or an external source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sandbox.slack.validation import limits
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import confirm, groups, identifier, options, plain

SHARED: Final = "action_id placeholder confirm focus_on_load max_selected_items"


def _static(spot: Spot) -> None:
    spot.fields("", f"{SHARED} options option_groups initial_option initial_options")
    if spot.has("options") == spot.has("option_groups"):
        spot.bad("must have one of options and option_groups")
    for each in spot.get("options"):
        options(each, limits.SELECT_OPTIONS, 1, "plain_text")
    for each in spot.get("option_groups"):
        groups(each)
    _rest(spot)


def _external(spot: Spot) -> None:
    spot.fields("", f"{SHARED} min_query_length initial_option initial_options")
    for each in spot.get("min_query_length"):
        each.number(0)
    _rest(spot)


def _of(names: str) -> Callable[[Spot], None]:
    def check(spot: Spot) -> None:
        spot.fields("", f"{SHARED} {names}")
        _rest(spot)

    return check


def _rest(spot: Spot) -> None:
    identifier(spot, "action_id")
    for each in spot.get("placeholder"):
        plain(each, limits.PLACEHOLDER)
    for each in spot.get("max_selected_items"):
        each.number(1)
    for each in spot.get("confirm"):
        confirm(each)


_CHECKS: Final[Mapping[str, Callable[[Spot], None]]] = {
    "static_select": _static,
    "external_select": _external,
    "users_select": _of("initial_user initial_users"),
    "channels_select": _of("initial_channel initial_channels response_url_enabled"),
    "conversations_select": _of(
        "initial_conversation initial_conversations default_to_current_conversation response_url_enabled filter"
    ),
}
MENUS: Final[Mapping[str, Callable[[Spot], None]]] = {
    f"{many}{kind}": check for many in ("", "multi_") for kind, check in _CHECKS.items()
}
