"""Slack's limits as the local workspace holds them: at each limit one example that is taken and one that is refused.

`CASES` names the figure in `sandbox.slack.validation.limits`, a builder of blocks (or of a view) from a size, and the
place that Slack's message points to. A figure without a case fails `test_every_figure_has_a_case`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from sandbox.slack.core.errors import SlackError
from sandbox.slack.validation import limits
from sandbox.slack.validation.surfaces import check_message, check_view
from sandbox.slack.viewing import prepared


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def x(size: int) -> str:
    return "x" * size


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **more}


def act(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def option(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"text": plain(f"o{number}"), "value": f"v{number}", **more}


def options(size: int) -> list[dict[str, Any]]:
    return [option(number) for number in range(size)]


def select(**more: Any) -> list[dict[str, Any]]:
    return act({"type": "static_select", "options": options(1), **more})


def confirm(**more: Any) -> list[dict[str, Any]]:
    words = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")}
    return act(button(confirm=words | more))


def section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": mrkdwn(text)}]


def form(element: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"type": "input", "label": plain("l"), "element": element, **more}]


TYPED = {"type": "plain_text_input"}


def image(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "image", "alt_text": "a", "image_url": "https://e.example/i.png", **more}]


def video(**more: Any) -> list[dict[str, Any]]:
    urls = {"thumbnail_url": "https://e.example/t", "video_url": "https://e.example/v"}
    return [{"type": "video", "alt_text": "a", "title": plain("t"), **urls, **more}]


def table(rows: int, columns: int = 1, text: str = "c") -> list[dict[str, Any]]:
    return [{"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows}]


def data_table(rows: int, **more: Any) -> list[dict[str, Any]]:
    cells = [[{"type": "raw_text", "text": "c"}]] * rows
    return [{"type": "data_table", "caption": "c", "rows": cells, **more}]


def bars(
    *, title: str = "t", series: int = 1, name: str = "s", label: str = "a", y: str = "y", points: int = 1
) -> dict[str, Any]:
    labels = [label, *(f"{number}" for number in range(1, points))]
    data = [{"label": each, "value": 1} for each in labels]
    names = [name, *(f"{number}" for number in range(1, series))]
    chart = {
        "type": "bar",
        "series": [{"name": each, "data": data} for each in names],
        "axis_config": {"categories": labels, "y_label": y},
    }
    return {"type": "data_visualization", "title": title, "chart": chart}


def pie(segments: int) -> dict[str, Any]:
    return bars() | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 1}] * segments}}


def card(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "card", "title": plain("t"), **more}]


def container(title: str, children: int = 1) -> list[dict[str, Any]]:
    return [{"type": "container", "title": plain(title), "child_blocks": section("x") * children}]


def feedback(**more: Any) -> dict[str, Any]:
    good = {"text": plain("Good"), "value": "up"}
    return {"type": "feedback_buttons", "positive_button": good, "negative_button": good, **more}


class Case(NamedTuple):
    figure: str
    build: Callable[[int], Any]
    pointer: str
    surface: str = "message"
    smallest: bool = False

    @property
    def limit(self) -> int:
        return int(getattr(limits, self.figure))


GROUPS = [{"label": plain("g"), "options": options(1)}]
CASES = [
    Case("MESSAGE_BLOCKS", lambda n: [{"type": "divider"}] * n, "/blocks"),
    Case("VIEW_BLOCKS", lambda n: {"blocks": [{"type": "divider"}] * n}, "/view/blocks", "modal"),
    Case("VIEW_BLOCKS", lambda n: {"blocks": [{"type": "divider"}] * n}, "/view/blocks", "home"),
    Case("MARKDOWN", lambda n: [{"type": "markdown", "text": x(n)}], "/blocks/0/text"),
    Case(
        "MARKDOWN",
        lambda n: [{"type": "markdown", "text": x(n // 2 + i * (n % 2))} for i in (0, 1)],
        "/blocks",
    ),
    Case("IDENTIFIER", lambda n: [{"type": "divider", "block_id": x(n)}], "/blocks/0/block_id"),
    Case("IDENTIFIER", lambda n: act(button(action_id=x(n))), "/blocks/0/elements/0/action_id"),
    Case("IDENTIFIER", lambda n: {"callback_id": x(n)}, "/view/callback_id", "modal"),
    Case("PRIVATE_METADATA", lambda n: {"private_metadata": x(n)}, "/view/private_metadata", "modal"),
    Case("PRIVATE_METADATA", lambda n: {"private_metadata": x(n)}, "/view/private_metadata", "home"),
    Case("VIEW_TITLE", lambda n: {"title": plain(x(n))}, "/view/title/text", "modal"),
    Case("VIEW_TITLE", lambda n: {"submit": plain(x(n))}, "/view/submit/text", "modal"),
    Case("VIEW_TITLE", lambda n: {"close": plain(x(n))}, "/view/close/text", "modal"),
    Case("SECTION_TEXT", lambda n: section(x(n)), "/blocks/0/text/text"),
    Case("SECTION_FIELDS", lambda n: [{"type": "section", "fields": [mrkdwn("f")] * n}], "/blocks/0/fields"),
    Case(
        "SECTION_FIELD", lambda n: [{"type": "section", "fields": [mrkdwn(x(n))]}], "/blocks/0/fields/0/text"
    ),
    Case("HEADER_TEXT", lambda n: [{"type": "header", "text": plain(x(n))}], "/blocks/0/text/text"),
    Case(
        "CONTEXT_ELEMENTS",
        lambda n: [{"type": "context", "elements": [mrkdwn("c")] * n}],
        "/blocks/0/elements",
    ),
    Case(
        "CONTEXT_TEXT",
        lambda n: [{"type": "context", "elements": [mrkdwn(x(n))]}],
        "/blocks/0/elements/0/text",
    ),
    Case("ACTIONS_ELEMENTS", lambda n: act(*[button() for _ in range(n)]), "/blocks/0/elements"),
    Case("ALT_TEXT", lambda n: image(alt_text=x(n)), "/blocks/0/alt_text"),
    Case("IMAGE_URL", lambda n: image(image_url=x(n)), "/blocks/0/image_url"),
    Case("IMAGE_TITLE", lambda n: image(title=plain(x(n))), "/blocks/0/title/text"),
    Case("INPUT_LABEL", lambda n: form(TYPED, label=plain(x(n))), "/blocks/0/label/text"),
    Case("INPUT_HINT", lambda n: form(TYPED, hint=plain(x(n))), "/blocks/0/hint/text"),
    Case("INPUT_LENGTH", lambda n: form(TYPED | {"initial_value": x(n)}), "/blocks/0/element/initial_value"),
    Case("INPUT_LENGTH", lambda n: form(TYPED | {"max_length": n}), "/blocks/0/element/max_length"),
    Case(
        "FILES_IN_INPUT",
        lambda n: form({"type": "file_input", "max_files": n}),
        "/blocks/0/element/max_files",
    ),
    Case("VIDEO_TITLE", lambda n: video(title=plain(x(n))), "/blocks/0/title/text"),
    Case("VIDEO_AUTHOR", lambda n: video(author_name=x(n)), "/blocks/0/author_name"),
    Case("BUTTON_TEXT", lambda n: act(button(text=plain(x(n)))), "/blocks/0/elements/0/text/text"),
    Case("BUTTON_VALUE", lambda n: act(button(value=x(n))), "/blocks/0/elements/0/value"),
    Case("BUTTON_URL", lambda n: act(button(url=x(n))), "/blocks/0/elements/0/url"),
    Case(
        "BUTTON_LABEL",
        lambda n: act(button(accessibility_label=x(n))),
        "/blocks/0/elements/0/accessibility_label",
    ),
    Case("AGENT_PROMPT", lambda n: act(button(agent_prompt=x(n))), "/blocks/0/elements/0/agent_prompt"),
    Case(
        "OPTION_TEXT",
        lambda n: select(options=[option(text=plain(x(n)))]),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    Case(
        "OPTION_VALUE", lambda n: select(options=[option(value=x(n))]), "/blocks/0/elements/0/options/0/value"
    ),
    Case(
        "OPTION_DESCRIPTION",
        lambda n: select(options=[option(description=plain(x(n)))]),
        "/blocks/0/elements/0/options/0/description/text",
    ),
    Case("SELECT_OPTIONS", lambda n: select(options=options(n)), "/blocks/0/elements/0/options"),
    Case(
        "OPTION_GROUPS",
        lambda n: act({"type": "static_select", "option_groups": GROUPS * n}),
        "/blocks/0/elements/0/option_groups",
    ),
    Case(
        "GROUP_LABEL",
        lambda n: act({"type": "static_select", "option_groups": [GROUPS[0] | {"label": plain(x(n))}]}),
        "/blocks/0/elements/0/option_groups/0/label/text",
    ),
    Case(
        "CHOICES",
        lambda n: act({"type": "checkboxes", "options": options(n)}),
        "/blocks/0/elements/0/options",
    ),
    Case(
        "CHOICES",
        lambda n: act({"type": "radio_buttons", "options": options(n)}),
        "/blocks/0/elements/0/options",
    ),
    Case(
        "OVERFLOW_MOST",
        lambda n: act({"type": "overflow", "options": options(n)}),
        "/blocks/0/elements/0/options",
    ),
    Case(
        "OVERFLOW_LEAST",
        lambda n: act({"type": "overflow", "options": options(n)}),
        "/blocks/0/elements/0/options",
        smallest=True,
    ),
    Case("PLACEHOLDER", lambda n: select(placeholder=plain(x(n))), "/blocks/0/elements/0/placeholder/text"),
    Case(
        "PLACEHOLDER",
        lambda n: form(TYPED | {"placeholder": plain(x(n))}),
        "/blocks/0/element/placeholder/text",
    ),
    Case("CONFIRM_TITLE", lambda n: confirm(title=plain(x(n))), "/blocks/0/elements/0/confirm/title/text"),
    Case("CONFIRM_TEXT", lambda n: confirm(text=mrkdwn(x(n))), "/blocks/0/elements/0/confirm/text/text"),
    Case(
        "CONFIRM_BUTTON", lambda n: confirm(confirm=plain(x(n))), "/blocks/0/elements/0/confirm/confirm/text"
    ),
    Case("CONFIRM_BUTTON", lambda n: confirm(deny=plain(x(n))), "/blocks/0/elements/0/confirm/deny/text"),
    Case("TABLE_ROWS", table, "/blocks/0/rows"),
    Case("TABLE_COLUMNS", lambda n: table(1, n), "/blocks/0/rows/0"),
    Case("TABLE_CHARACTERS", lambda n: table(1, 1, x(n)), "/blocks"),
    Case("DATA_TABLE_ROWS", data_table, "/blocks/0/rows"),
    Case("DATA_TABLE_LEAST_ROWS", data_table, "/blocks/0/rows", smallest=True),
    Case("DATA_TABLE_PAGE", lambda n: data_table(2, page_size=n), "/blocks/0/page_size"),
    Case("CHARTS", lambda n: [bars() for _ in range(n)], "/blocks"),
    Case("CHART_TITLE", lambda n: [bars(title=x(n))], "/blocks/0/title"),
    Case("CHART_SEGMENTS", lambda n: [pie(n)], "/blocks/0/chart/segments"),
    Case("CHART_POINTS", lambda n: [bars(points=n)], "/blocks/0/chart/axis_config/categories"),
    Case("CHART_SERIES", lambda n: [bars(series=n)], "/blocks/0/chart/series"),
    Case("CHART_LABEL", lambda n: [bars(label=x(n))], "/blocks/0/chart/axis_config/categories/0"),
    Case("CHART_LABEL", lambda n: [bars(name=x(n))], "/blocks/0/chart/series/0/name"),
    Case("AXIS_LABEL", lambda n: [bars(y=x(n))], "/blocks/0/chart/axis_config/y_label"),
    Case("CARD_TITLE", lambda n: card(title=plain(x(n))), "/blocks/0/title/text"),
    Case("CARD_SUBTITLE", lambda n: card(subtitle=plain(x(n))), "/blocks/0/subtitle/text"),
    Case("CARD_BODY", lambda n: card(body=mrkdwn(x(n))), "/blocks/0/body/text"),
    Case("CAROUSEL_CARDS", lambda n: [{"type": "carousel", "elements": card() * n}], "/blocks/0/elements"),
    Case("CONTAINER_TITLE", lambda n: container(x(n)), "/blocks/0/title/text"),
    Case("CONTAINER_BLOCKS", lambda n: container("t", n), "/blocks/0/child_blocks"),
    Case(
        "CONTEXT_ACTIONS",
        lambda n: [{"type": "context_actions", "elements": [feedback() for _ in range(n)]}],
        "/blocks/0/elements",
    ),
]
ELSEWHERE = {
    "MESSAGE_TEXT",
    "EDITED_TEXT",
    "FILE_ALT_TEXT",
    "TASK_TITLE",
}  # of calls, not of blocks: test_slack_methods, test_slack_streams


def refusals(case: Case, size: int) -> list[str]:
    built = case.build(size)
    if case.surface == "message":
        return check_message(built)
    base: dict[str, Any] = {"type": case.surface, "blocks": [{"type": "divider"}]}
    titled = {"title": plain("t")} if case.surface == "modal" else {}
    outside, inside = check_view(base | titled | built)
    return outside + inside


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.figure}{case.pointer}")
def test_what_is_at_the_limit_is_taken_and_what_is_past_it_is_refused_with_its_place(case: Case) -> None:
    past = case.limit - 1 if case.smallest else case.limit + 1
    assert refusals(case, case.limit) == []
    assert any(f"[json-pointer:{case.pointer}]" in problem for problem in refusals(case, past))


def test_every_figure_has_a_case() -> None:
    figures = {name for name in vars(limits) if name.isupper()}
    assert figures == {case.figure for case in CASES} | ELSEWHERE


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([{"type": "sectoin"}], "unsupported type: sectoin [json-pointer:/blocks/0]"),
        (["text"], "must be an object [json-pointer:/blocks/0]"),
        ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
        ([{"type": "divider", "txt": 1}], "invalid additional property: txt [json-pointer:/blocks/0]"),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "header", "text": mrkdwn("h")}], "must be one of plain_text [json-pointer:/blocks/0/text/type]"),
        ([{"type": "section", "text": mrkdwn("h") | {"emoji": True}}], "invalid additional property: emoji"),
        (act(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (act(TYPED), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0]"),
        (act(button(style="warning")), "must be one of primary, danger"),
        (act(button(action_id="a"), button(action_id="a")), "`action_id` a already exists"),
        ([{"type": "divider", "block_id": "b"}] * 2, "`block_id` b already exists"),
        (image(alt_text=None), "missing required field: alt_text [json-pointer:/blocks/0]"),
        (image(image_url=None), "must have one of image_url and slack_file [json-pointer:/blocks/0]"),
        (select(options=None), "must have one of options and option_groups"),
        (select(options=options(1) * 2), "duplicate value in options"),
        (act({"type": "datepicker", "initial_date": "25.11.2026"}), "has the wrong format"),
        (form({"type": "number_input"}), "missing required field: is_decimal_allowed"),
        (data_table(2, caption=None), "missing required field: caption [json-pointer:/blocks/0]"),
        ([bars() | {"chart": {"type": "radar"}}], "must be one of pie, bar, line, area"),
        ([{"type": "alert", "text": plain("a")}], "unsupported type: alert in a message"),
        ([{"type": "container", "title": plain("t"), "child_blocks": card()}], "unsupported type: card in a container"),
        ([{"type": "task_card", "task_id": "1", "title": "t", "status": "done"}], "must be one of pending"),
        ([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "x"}]}]}], "type: x"),
    ],
)  # fmt: skip
def test_what_is_not_a_block_is_refused_in_words(blocks: list[Any], problem: str) -> None:
    assert any(problem in each for each in check_message(blocks)), check_message(blocks)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "markdown", "text": "# hi"},
        table(2)[0],
        data_table(2)[0],
        bars(),
        {"type": "context_actions", "elements": [feedback()]},
    ],
    ids=lambda block: block["type"],
)
def test_blocks_of_messages_are_refused_in_modals_and_homes(block: dict[str, Any]) -> None:
    assert check_message([block]) == []
    for kind in ("modal", "home"):
        view = {"type": kind, "blocks": [block]} | ({"title": plain("t")} if kind == "modal" else {})
        assert f"unsupported type: {block['type']} in a {kind}" in check_view(view)[1][0]


def test_a_modal_shows_alerts_and_needs_a_submit_button_for_inputs() -> None:
    view = {
        "type": "modal",
        "title": plain("t"),
        "blocks": [{"type": "alert", "text": plain("a"), "level": "warning"}],
    }
    assert check_view(view) == ([], [])
    outside, _ = check_view(view | {"blocks": form(TYPED)})
    assert outside == ["missing required field: submit (the view has input blocks) [json-pointer:/view]"]


def test_a_refused_view_says_which_part_and_a_refused_block_is_invalid_blocks() -> None:
    with pytest.raises(SlackError) as error:
        prepared({"type": "modal", "title": plain(x(25)), "blocks": []}, home=False)
    assert error.value.code == "invalid_arguments"
    assert "/view/title/text" in error.value.extra["response_metadata"]["messages"][0]
    with pytest.raises(SlackError) as error:
        prepared({"type": "home", "blocks": section(x(3001))}, home=True)
    assert error.value.code == "invalid_blocks"
    assert "[json-pointer:/view/blocks/0/text/text]" in error.value.extra["response_metadata"]["messages"][0]


def test_a_full_message_of_every_kind_is_taken() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "a", "style": {"bold": True}},
                    {"type": "user", "user_id": "U1"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://e.example"}]}
                ],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        ],
    }
    task = {
        "type": "task_card",
        "task_id": "1",
        "title": "Reading logs",
        "status": "complete",
        "output": rich,
    }
    blocks = [
        *section("s"), {"type": "header", "text": plain("h")}, {"type": "divider"}, *image(), *video(), rich,
        {"type": "markdown", "text": "**m**"}, *table(2, 2), *data_table(3), bars(), pie(2), *card(),
        {"type": "carousel", "elements": card()}, *container("t"), task, {"type": "plan", "title": "p", "tasks": [task]},
        {"type": "context_actions", "elements": [feedback(), {"type": "icon_button", "icon": "trash", "text": plain("x")}]},
        *act(button(visible_to_user_ids=["UBOB"]), {"type": "users_select"}, {"type": "datetimepicker"}), *form(TYPED),
        {"type": "context", "elements": [mrkdwn("c"), {"type": "image", "alt_text": "a", "image_url": "https://e.example"}]},
    ]  # fmt: skip
    assert check_message(blocks) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"series": [{"name": "s", "data": [{"label": "a", "value": 1}]}] * 2},
        {"series": [{"name": "s", "data": [{"label": "a", "value": 1}]}], "axis_config": {"categories": ["a", "b"]}},
        {"series": [{"name": "s", "data": [{"label": "a", "value": 1}] * 2}], "axis_config": {"categories": ["a", "a"]}},
    ],
    ids=["two series of one name", "a category without a point", "two categories of one name"],
)  # fmt: skip
def test_a_chart_names_each_thing_once_and_has_a_point_for_each(broken):
    chart = bars()
    assert check_message([chart]) == []
    assert check_message([chart | {"chart": {**chart["chart"], **broken}}])
