"""E-mail by SMTP: plain text that is complete by itself, HTML beside it, a picture where there is something to draw."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib

from bot.notify.mailserver import MailServer
from bot.notify.picture import bars
from bot.notify.ways import Delivery, MayHaveArrived
from bot.notify.wording import alt_of, html_of, subject_of, text_of
from tools.errors import GiveUp, NotAllowed, TryLater

SECONDS = 20.0
NAME = "GenAI CloudOps"
PERMANENT, SIGN_IN = 500, (530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class Email:
    """`sender` is a plain address. `ca_file` is trusted besides the system's certificates."""

    server: MailServer | None
    sender: str
    ca_file: Path | None = None

    async def send(self, delivery: Delivery) -> str:
        """The Message-ID, the same with every try."""
        if self.server is None:
            raise GiveUp("SMTP_URL is not set")
        if not self.sender:
            raise GiveUp("SMTP_FROM is not set")
        message = await asyncio.to_thread(self.message, delivery)
        context = await asyncio.to_thread(self.context)
        await self._hand_over(self.server, context, message, delivery.where)
        return str(message["Message-ID"])

    async def greet(self) -> None:
        """Hello and good-bye: it is there, it encrypts, it lets us in. Raises ToolError."""
        if self.server is None:
            raise GiveUp("SMTP_URL is not set")
        try:
            async with self._client(self.server, await asyncio.to_thread(self.context)):
                pass
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotAllowed(f"the mail server does not let us in ({error.code})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _answered(error) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise TryLater(f"the mail server cannot be used ({_word(error)})") from error

    @staticmethod
    def _client(server: MailServer, context: ssl.SSLContext | None) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=server.host, port=server.port, use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls", tls_context=context, timeout=SECONDS,
            username=server.user or None, password=server.password or None,
        )  # fmt: skip

    def context(self) -> ssl.SSLContext | None:
        if self.server is None or self.server.tls == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise GiveUp("SMTP_CA_FILE cannot be read") from error

    def message(self, delivery: Delivery) -> EmailMessage:
        """The library refuses line ends in headers; an address comes from the policy, checked, and stands alone."""
        message = EmailMessage(policy=SMTP)
        user, _, domain = self.sender.partition("@")
        message["From"] = Address(NAME, user, domain)
        message["To"] = Address(addr_spec=delivery.where)
        message["Subject"] = subject_of(delivery.event)
        message["Date"] = format_datetime(delivery.row.made_at)
        message["Message-ID"] = f"<{delivery.row.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-CloudOps-Notification"] = delivery.row.id
        message.set_content(text_of(delivery), cte="quoted-printable")
        self._html(message, delivery)
        return message

    def _html(self, message: EmailMessage, delivery: Delivery) -> None:
        event = delivery.event
        if not event.counts:
            message.add_alternative(html_of(delivery), subtype="html", cte="quoted-printable")
            return
        name = f"chart.{delivery.row.id}"
        message.add_alternative(html_of(delivery, f"cid:{name}"), subtype="html", cte="quoted-printable")
        html = message.get_payload()[1]  # type: ignore[index]
        assert isinstance(html, EmailMessage)  # noqa: S101 - what add_alternative has just added
        html.add_related(
            bars(event.counts), "image", "png", cid=f"<{name}>", filename="chart.png", disposition="inline"
        )
        html.get_payload()[-1]["Content-Description"] = alt_of(event)[:200]  # type: ignore[index]

    async def _hand_over(
        self, server: MailServer, context: ssl.SSLContext | None, message: EmailMessage, to: str
    ) -> None:
        """Until the last byte nothing arrived; after it only the answer tells."""
        smtp = self._client(server, context)
        handed = taken = False
        try:
            async with smtp:
                await smtp.mail(self.sender)
                await smtp.rcpt(to)
                handed = True
                await smtp.data(message.as_bytes())
                taken = True
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotAllowed(f"the mail server does not let us in ({error.code})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _answered(error) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            if taken:
                return  # how it took its leave changes nothing
            if handed:
                raise MayHaveArrived(f"the mail server gave no answer ({type(error).__name__})") from error
            raise TryLater(f"the mail server cannot be used ({_word(error)})") from error


def _answered(error: aiosmtplib.SMTPResponseException) -> GiveUp | TryLater:
    """What it says itself is its own text: shown without, for it may repeat addresses and hosts."""
    if error.code >= PERMANENT:
        return GiveUp(f"the mail server refuses it for good ({error.code})")
    return TryLater(f"the mail server refuses it for now ({error.code})")


def _word(error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate: {cause.verify_message}"
    return type(cause).__name__
