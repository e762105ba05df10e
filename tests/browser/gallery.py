"""One example of every block that the page shows, as a bot would post them. Each message stays within Slack's limits."""

from typing import Any

Block = dict[str, Any]
INJECTION = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(text), "action_id": action, "value": "v", **more}


def option(text: str, value: str) -> Block:
    return {"text": plain(text), "value": value}


CONFIRM = {
    "title": plain("Roll back checkout?"),
    "text": plain("Six pods of shop/checkout restart one after the other."),
    "confirm": plain("Roll back"),
    "deny": plain("Go back"),
    "style": "danger",
}

TEXT: list[Block] = [
    {"type": "header", "text": plain("Roll back checkout to revision 6")},
    {
        "type": "section",
        "text": mrkdwn(
            "*bold* _italic_ ~strike~ `code` <https://example.com/a?b=1|a link> <@UBOB> <#COPS> :white_check_mark: "
            "<!date^1764000000^{date_short_pretty} {time}|2025-11-24 16:00 UTC> 1 &lt; 2 &amp; 3 &gt; 2\n"
            "> quoted line\nafter\n```kubectl get pods\n&lt;none&gt;```"
        ),
        "accessory": button("Details", "details"),
    },
    {
        "type": "section",
        "fields": [mrkdwn(f"*{n}*\n{v}") for n, v in (("Cluster", "local"), ("Namespace", "shop"))],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [mrkdwn("request `req_01ABC` · scope: namespace shop"), plain("plain text")],
    },
]

ACTIONS: list[Block] = [
    {
        "type": "actions",
        "block_id": "act",
        "elements": [
            button("Approve: roll back checkout", "approve", style="primary"),
            button("Cancel", "cancel", style="danger", confirm=CONFIRM),
            button("Only Bob sees this", "bobs", visible_to_user_ids=["UBOB"]),
            {
                "type": "static_select",
                "action_id": "pick",
                "placeholder": plain("Namespace"),
                "options": [option("shop", "shop"), option("shop-stg", "stg")],
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Show plan", "plan"), option("Withdraw", "w")],
            },
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-25"},
            {"type": "users_select", "action_id": "who", "placeholder": plain("A person")},
            {
                "type": "checkboxes",
                "action_id": "boxes",
                "options": [option("Tell me when it is done", "tell"), option("Also in #ops", "ops")],
            },
            {
                "type": "radio_buttons",
                "action_id": "radio",
                "options": [option("Now", "now"), option("Later", "later")],
            },
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good answer"), "value": "good"},
                "negative_button": {"text": plain("Bad answer"), "value": "bad"},
            }
        ],
    },
]

MARKDOWN = """## Checkout fails because of its pool
Six pods ask for **50** connections each, the database allows *100*.

1. rollout to revision 7
2. connections at the limit
   - 70 s later

| pod | restarts |
|-----|---------:|
| checkout-1 | 0 |
| checkout-2 | 3 |

> The database is the victim.

```yaml
env:
  DB_POOL_SIZE: "50"
```
See [the runbook](https://example.com/runbook), not [this](javascript:alert(1)).
"""

RICH: list[Block] = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Bold", "style": {"bold": True}},
                    {"type": "text", "text": " and "},
                    {"type": "text", "text": "code", "style": {"code": True}},
                    {"type": "text", "text": " by "},
                    {"type": "user", "user_id": "UALICE"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "COPS"},
                    {"type": "emoji", "name": "eyes"},
                    {"type": "link", "url": "https://example.com", "text": "a link"},
                    {
                        "type": "date",
                        "timestamp": 1764000000,
                        "format": "{date_num} {time}",
                        "fallback": "then",
                    },
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "deeper"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said somebody"}]},
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": "- DB_POOL_SIZE: 10\n+ DB_POOL_SIZE: 50"}],
            },
        ],
    }
]


def raw(text: str) -> Block:
    return {"type": "raw_text", "text": text}


TABLES: list[Block] = [
    {"type": "table", "rows": [[raw("Pod"), raw("State")], [raw("checkout-1"), raw("Running")]]},
    {
        "type": "data_table",
        "caption": "Pods of checkout",
        "page_size": 3,
        "rows": [[raw("Pod"), raw("Restarts")]]
        + [[raw(f"checkout-{n}"), raw(str(7 - n))] for n in range(1, 8)],
    },
]


def series(kind: str, title: str, names: tuple[str, ...]) -> Block:
    labels = ["09:00", "09:05", "09:10", "09:15", "09:20", "09:25"]
    shapes = ([20, 24, 31, 88, 100, 100], [12, 14, 13, 41, 63, 70], [3, 4, 3, 9, 15, 14])
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": name,
                    "data": [{"label": at, "value": v} for at, v in zip(labels, shape, strict=True)],
                }
                for name, shape in zip(names, shapes, strict=False)
            ],
            "axis_config": {"categories": labels, "y_label": "connections", "x_label": "time"},
        },
    }


CHARTS: list[Block] = [
    series("line", "Connections of orders-db", ("used", "wanted")),
    series("area", "Errors a minute", ("checkout",)),
]
MORE_CHARTS: list[Block] = [
    series("bar", "Cost a day", ("compute", "database", "network")),
    {
        "type": "data_visualization",
        "title": "Cost by service",
        "chart": {
            "type": "pie",
            "segments": [
                {"label": "Compute", "value": 61},
                {"label": "Database", "value": 27},
                {"label": "Network", "value": 12},
            ],
        },
    },
]

CARDS: list[Block] = [
    {
        "type": "card",
        "title": mrkdwn("Undo the rollout"),
        "subtitle": mrkdwn("shop/checkout, revision 7 to 6"),
        "body": mrkdwn("Takes about a minute."),
        "actions": [button("Propose this", "propose")],
    },
    {
        "type": "carousel",
        "elements": [
            {"type": "card", "title": mrkdwn(f"Choice {n}"), "body": mrkdwn("One of several ways.")}
            for n in (1, 2, 3)
        ],
    },
    {
        "type": "container",
        "title": plain("Show raw output"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [{"type": "section", "text": plain("raw lines")}],
    },
]

TASKS: list[Block] = [
    {
        "type": "plan",
        "title": "Finding out why checkout fails",
        "tasks": [
            {"type": "task_card", "task_id": "a", "title": "Read the rollout", "status": "complete"},
            {"type": "task_card", "task_id": "b", "title": "Read the logs", "status": "in_progress"},
            {"type": "task_card", "task_id": "c", "title": "Ask the database", "status": "pending"},
            {"type": "task_card", "task_id": "d", "title": "Look at the node", "status": "error"},
        ],
    },
]

MODAL: Block = {
    "type": "modal",
    "callback_id": "reason",
    "title": plain("Why this change?"),
    "submit": plain("Send"),
    "close": plain("Cancel"),
    "blocks": [
        {"type": "alert", "level": "warning", "text": mrkdwn("This goes to *production*.")},
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Reason"),
            "hint": plain("It stands in the audit record."),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "risk",
            "optional": True,
            "label": plain("Risk"),
            "element": {
                "type": "static_select",
                "action_id": "level",
                "options": [option("low", "low"), option("high", "high")],
            },
        },
    ],
}

HOME: Block = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Approvals waiting")},
        {
            "type": "section",
            "text": mrkdwn("*Roll back checkout* asked by <@UALICE>"),
            "accessory": button("Open", "open_plan"),
        },
        {"type": "divider"},
        {
            "type": "context",
            "elements": [mrkdwn("What the bot can reach: cluster `local`, database, Prometheus")],
        },
    ],
}

MESSAGES: dict[str, list[Block]] = {
    "Text blocks": TEXT,
    "Interactive elements": ACTIONS,
    "Markdown": [{"type": "markdown", "text": MARKDOWN}],
    "Rich text": RICH,
    "Tables": TABLES,
    "Charts over time": CHARTS,
    "Charts of parts": MORE_CHARTS,
    "Cards": CARDS,
    "Tasks": TASKS,
}
