"""Settings of the ways out, looked at as they are read. What is wrong is said without the value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.policy.destinations import ADDRESS, is_receiver
from bot.notify.mailserver import read_smtp_url
from bot.notify.signing import keys_of


def sender(text: str) -> None:
    if not ADDRESS.fullmatch(text):
        raise ValueError("must be one plain address, such as cloudops@example.com")


def heartbeat(text: str) -> None:
    if not is_receiver(text):
        raise ValueError(
            "must be an https address without a password; plain http is allowed to this machine only"
        )


CHECKS: Mapping[str, Callable[[str], object]] = {
    "smtp_url": read_smtp_url,
    "smtp_from": sender,
    "notify_webhook_secret": keys_of,
    "heartbeat_url": heartbeat,
}
