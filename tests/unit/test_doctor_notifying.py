"""The doctor on ways out: what the routes need is set, the mail server lets us in, and nobody is left without a way when Slack is away."""

import socket

import pytest

from bot.cli.checks.notifying import notifying
from bot.settings import Settings
from sandbox.receivers.server import Receivers
from tests.servers.mail import mail_server, tls

ALL = '[{severity: critical, to: ["slack:COPS", "email:a@example.com", pagerduty, "webhook:https://h.example.com/x"]}]'
KEY = "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tr"


async def said(folder, routes, **values):
    file = folder / "policy.yaml"
    file.write_text(f"version: 1\nnotifications: {routes}\n")
    lines = await notifying(Settings(policy_file=file, _env_file=None, **values))
    return {line.area: (line.state, f"{line.text} {line.todo}") for line in lines}


async def test_what_a_route_needs_and_is_not_set_is_named_by_its_setting(tmp_path):
    found = await said(tmp_path, ALL)
    assert {area for area, (state, _) in found.items() if state == "wrong"} == {"mail", "pagerduty", "webhooks out"}  # fmt: skip
    for area, name in (("mail", "SMTP_URL"), ("pagerduty", "PAGERDUTY_ROUTING_KEY"), ("webhooks out", "NOTIFY_WEBHOOK_SECRET"), ("heartbeat", "HEARTBEAT_URL")):  # fmt: skip
        assert name in found[area][1]
    assert set(await said(tmp_path, "[]")) == {"notifications", "heartbeat"}


async def test_what_is_set_is_tried_and_nothing_is_sent(tmp_path):
    cert, context = tls(tmp_path)
    with mail_server(context=context, login=(b"cloudops", b"s3cret")) as mails:
        async with Receivers() as far:
            address = f"smtp://cloudops:{{}}@127.0.0.1:{mails.port}?tls=starttls"
            out = {
                "smtp_from": "a@b.example", "smtp_ca_file": cert, "pagerduty_routing_key": "r" * 32,
                "pagerduty_events_url": far.url, "notify_webhook_secret": KEY, "heartbeat_url": f"{far.url}/heartbeat",
            }  # fmt: skip
            good = await said(tmp_path, ALL, smtp_url=address.format("s3cret"), **out)
            bad = await said(tmp_path, ALL, smtp_url=address.format("wr0ng"), **out)
            unknown = await said(
                tmp_path, ALL, smtp_url=address.format("s3cret"), **out | {"smtp_ca_file": None}
            )
    assert {state for state, _ in good.values()} == {"ok"}
    assert (bad["mail"][0], "wr0ng" in str(bad), "535" in bad["mail"][1]) == ("wrong", False, True)
    assert "certificate" in unknown["mail"][1]
    assert (mails.taken, far.events, far.beats) == ([], [], 0)


async def test_servers_that_are_not_there_and_keys_that_are_none(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = await said(
            tmp_path, ALL, smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="a@b.example",
            pagerduty_routing_key="r" * 32, pagerduty_events_url=f"http://127.0.0.1:{port}",
        )  # fmt: skip
    assert (found["mail"][0], found["pagerduty"][0]) == ("wrong", "wrong")
    assert "32 characters" in (await said(tmp_path, ALL, pagerduty_routing_key="short"))["pagerduty"][1]
    assert "SMTP_FROM" in (await said(tmp_path, ALL, smtp_url="smtp://127.0.0.1"))["mail"][1]


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "wrong"),
        ({"pagerduty_routing_key": "r" * 32, "pagerduty_events_url": "http://127.0.0.1:9"}, "ok"),
    ],
)
async def test_routes_that_lead_to_slack_alone_are_wrong_unless_there_is_pagerduty(tmp_path, more, state):
    found = await said(tmp_path, '[{severity: critical, to: ["slack:COPS"]}]', **more)
    assert found["notifications"][0] == state
