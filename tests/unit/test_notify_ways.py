"""Ways out against real far ends: a real SMTP server, PagerDuty's events and a webhook that verifies what is signed."""

import base64
import json
from datetime import UTC, datetime
from io import BytesIO

import aiohttp
import pytest
from PIL import Image

from agents.notifications.event import Event
from bot.core import secrets_of
from bot.notify.email import Email
from bot.notify.mailserver import read_smtp_url
from bot.notify.pagerduty import PagerDuty, dedup_key
from bot.notify.posting import Poster
from bot.notify.signing import keys_of
from bot.notify.ways import Delivery, MayHaveArrived
from bot.notify.webhook import Webhook
from bot.settings import Settings
from sandbox.receivers.server import Receivers
from storage.notifications import NotificationRow
from tests.servers.mail import Mails, mail_server, tls
from tools.errors import GiveUp, NotAllowed, TryLater

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVENT = Event(
    key="incident:1:opened", subject="incident:1", area="incident", severity="critical", action="trigger", at=NOW,
    title="Checkout is down", lines=("2 alerts heard <b>now</b>.",), facts=(("Services", "checkout"),), channel="CINC",
    counts=(("08:50", 1), ("09:00", 4)), counted="Alerts heard",
)  # fmt: skip


def delivery(destination="email:oncall@example.com", event=EVENT, **more):
    values = {"escalate_at": None, "unsure": False, **more}
    kind = destination.partition(":")[0]
    row = NotificationRow(
        "ntf_1", "T1", event.key, event.subject, event.area, event.severity, event.action, "ops", kind, destination,
        event.kept(), NOW, NOW, **values,
    )  # fmt: skip
    return Delivery(row, event, datetime.now(UTC))


def mailer(url, ca_file=None, sender="cloudops@shop.example"):
    return Email(read_smtp_url(url), sender, ca_file)


async def test_a_mail_is_complete_as_plain_text_and_has_html_and_a_picture_with_words_for_it():
    with mail_server() as mails:
        name = await mailer(mails.url).send(delivery())
    (mail,) = mails.taken
    assert (name, mail["Message-ID"], mails.to) == (
        "<ntf_1@shop.example>",
        "<ntf_1@shop.example>",
        [("oncall@example.com",)],
    )
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("[critical] Checkout is down", "auto-generated")
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("CRITICAL: Checkout is down", "2 alerts heard <b>now</b>.", "Services: checkout", "09:00  4", "ntf_1"):  # fmt: skip
        assert words in plain
    assert "2 alerts heard &lt;b&gt;now&lt;/b&gt;." in html
    assert 'alt="Alerts heard: 08:50 1, 09:00 4"' in html
    assert "http" not in html
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    assert Image.open(BytesIO(picture.get_content())).size == (600, 200)


@pytest.mark.parametrize("title", ["down\r\nBcc: eve@example.com", "down\nX: y", "d\u2028own", "x" * 5000])
async def test_no_text_makes_a_header(title):
    event = Event(**{**EVENT.__dict__, "title": title}) if hasattr(EVENT, "__dict__") else None
    event = event or Event(**{name: getattr(EVENT, name) for name in EVENT.__slots__} | {"title": title})
    with mail_server() as mails:
        await mailer(mails.url).send(delivery(event=event))
    (mail,) = mails.taken
    assert mails.to == [("oncall@example.com",)]
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert len(mail["Subject"]) <= 200
    assert not mail.defects


async def test_what_the_server_says_decides_whether_it_is_tried_again():
    with mail_server(Mails(answers=["451 later", "554 never"], refused={"gone@example.com"})) as mails:
        with pytest.raises(TryLater, match="451"):
            await mailer(mails.url).send(delivery())
        with pytest.raises(GiveUp, match="554"):
            await mailer(mails.url).send(delivery())
        with pytest.raises(GiveUp, match="550"):
            await mailer(mails.url).send(delivery("email:gone@example.com"))
        address = mails.url
    with pytest.raises(TryLater) as caught:
        await mailer(address).send(delivery())
    assert not isinstance(caught.value, MayHaveArrived)
    with pytest.raises(GiveUp, match="SMTP_URL"):
        await Email(None, "a@example.com").send(delivery())


async def test_tls_is_asked_for_and_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    cert, context = tls(tmp_path)
    with mail_server(context=context) as mails:
        await mailer(f"{mails.url}?tls=starttls", cert).send(delivery())
        with pytest.raises(TryLater, match="certificate"):
            await mailer(f"{mails.url}?tls=starttls").send(delivery())
        assert mails.secure == [True]
    with mail_server(context=context, implicit=True) as mails:
        await mailer(mails.url.replace("smtp:", "smtps:"), cert).send(delivery())
        with pytest.raises(TryLater):
            await mailer(mails.url.replace("smtp:", "smtps:")).send(delivery())
        assert len(mails.taken) == 1
    with mail_server() as mails:
        with pytest.raises(TryLater):
            await mailer(f"{mails.url}?tls=starttls", cert).send(delivery())
        assert mails.taken == []


async def test_a_password_that_is_wrong_is_said_without_it(tmp_path):
    cert, context = tls(tmp_path)
    with mail_server(context=context, login=(b"cloudops", b"s3cret")) as mails:
        where = f"127.0.0.1:{mails.port}?tls=starttls"
        await mailer(f"smtp://cloudops:s3cret@{where}", cert).send(delivery())
        with pytest.raises(NotAllowed) as caught:
            await mailer(f"smtp://cloudops:wr0ng@{where}", cert).send(delivery())
    assert len(mails.taken) == 1
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("smtp://mail.example.com?tls=none", "this machine only"),
        ("smtp://u@mail.example.com", "both a user"),
        ("http://mail.example.com", "must be smtp"),
        ("smtps://mail.example.com?tls=none", "first byte"),
        ("smtp://mail.example.com:x", "port"),
        ("smtp://mail.example.com?starttls=no", "nothing behind"),
    ],
)
def test_what_would_send_in_the_clear_or_means_nothing_is_no_address(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_smtp_url(text)


def test_starttls_is_a_must_but_for_this_machine():
    found = [read_smtp_url(text) for text in ("smtp://m.example", "smtps://m.example", "smtp://127.0.0.1:25")]
    assert [(one.tls, one.port) for one in found] == [("starttls", 587), ("implicit", 465), ("none", 25)]


async def test_a_webhook_is_signed_so_that_its_receiver_can_tell_and_has_one_name_for_ever():
    async with Receivers() as far, aiohttp.ClientSession() as http:
        other = "whsec_" + base64.b64encode(b"o" * 32).decode()
        to = delivery(f"webhook:{far.url}/hook")
        for secret in (f"{other},{far.secret}", far.secret):
            assert await Webhook(Poster(http, "it"), keys_of(secret)).send(to) == "ntf_1"
        with pytest.raises(NotAllowed):
            await Webhook(Poster(http, "it"), keys_of(other)).send(to)
        with pytest.raises(GiveUp, match="NOTIFY_WEBHOOK_SECRET"):
            await Webhook(Poster(http, "it"), ()).send(to)
    assert list(far.hooks) == ["ntf_1"]
    assert far.hooks["ntf_1"]["type"] == "incident.trigger"
    assert len(far.tries) == 3


@pytest.mark.parametrize(
    ("status", "kind", "wait"),
    [(500, TryLater, 0), (503, TryLater, 0), (429, TryLater, 7), (408, TryLater, 0), (400, GiveUp, 0), (404, GiveUp, 0), (410, GiveUp, 0), (302, GiveUp, 0), (403, NotAllowed, 0)],
)  # fmt: skip
async def test_what_a_receiver_answers(status, kind, wait):
    async with Receivers() as far, aiohttp.ClientSession() as http:
        far.answer("/hook", status, headers={"Retry-After": "7", "Location": "/heartbeat"} if wait or status == 302 else {})  # fmt: skip
        with pytest.raises(kind) as caught:
            await Webhook(Poster(http, "it"), keys_of(far.secret)).send(delivery(f"webhook:{far.url}/hook"))
    assert getattr(caught.value, "retry_after", 0) == wait
    assert far.beats == 0


async def test_pagerduty_has_one_alert_a_subject_that_is_acknowledged_and_resolved():
    def at(action, key="incident:1:opened"):
        fields = {name: getattr(EVENT, name) for name in EVENT.__slots__}
        return delivery("pagerduty", Event(**fields | {"action": action, "key": key}))

    async with Receivers() as far, aiohttp.ClientSession() as http:
        way = PagerDuty(Poster(http, "PagerDuty"), far.url + "/", "r" * 32)
        for action, state in (("trigger", "triggered"), ("trigger", "triggered"), ("acknowledge", "acknowledged"), ("resolve", "resolved")):  # fmt: skip
            key = await way.send(at(action))
            assert far.alerts[key].state == state
        with pytest.raises(GiveUp, match="400"):
            await PagerDuty(Poster(http, "PagerDuty"), far.url, "short").send(at("trigger"))
    assert list(far.alerts) == [dedup_key("T1", "incident:1")]
    told = far.events[0]["payload"]
    assert (told["summary"], told["severity"], told["custom_details"]["Services"]) == (
        "[critical] Checkout is down",
        "critical",
        "checkout",
    )
    assert "r" * 32 not in json.dumps(told)


def test_each_of_several_keys_and_the_password_of_the_mail_server_are_secrets_of_their_own():
    keys = ["whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"a", b"b")]
    settings = Settings(
        notify_webhook_secret=", ".join(keys), smtp_url="smtps://u:pa55-word@mail.example", _env_file=None
    )
    assert {*keys, "pa55-word"} <= set(secrets_of(settings))


@pytest.mark.parametrize("secret", ["plain", "whsec_", "whsec_!!", "whsec_" + base64.b64encode(b"short").decode()])  # fmt: skip
def test_a_key_that_is_none_is_refused_without_being_shown(secret):
    with pytest.raises(ValueError, match="whsec_ and 24") as caught:
        keys_of(secret)
    assert secret == "whsec_" or secret not in str(caught.value)
