"""The local mail server takes what a real client hands over, whole, and says no to what is none."""

import asyncio
from email.message import EmailMessage

import aiosmtplib
import pytest

from sandbox.mail import LocalMail
from sandbox.mail.talk import LARGEST


def letter(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "bot@shop.example", "ann@shop.example", "Grüße"
    mail.set_content(text)
    mail.add_alternative("<p>html</p>", subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<a>")  # type: ignore[union-attr]
    return mail


async def test_a_mail_arrives_as_it_was_sent_lines_of_dots_and_pictures_too():
    async with LocalMail() as server:
        await aiosmtplib.send(letter("one\n.two\n.\nthree"), hostname="127.0.0.1", port=server.port, recipients=["ann@shop.example", "ben@shop.example"])  # fmt: skip
        await aiosmtplib.send(letter("again"), hostname="127.0.0.1", port=server.port)
    first, second = server.mails
    assert (first["subject"], first["text"], first["to"]) == ("Grüße", "one\n.two\n.\nthree\n", ["ann@shop.example", "ben@shop.example"])  # fmt: skip
    assert first["pictures"][0]["url"].startswith("data:image/png;base64,iV") and second["text"] == "again\n"


@pytest.mark.parametrize(
    ("said", "answer"),
    [(b"RCPT TO:<a@b>", b"503"), (b"DATA", b"503"), (b"MAIL FROM:me", b"501"), (b"VRFY x", b"502"), (b"noop", b"250")],
)  # fmt: skip
async def test_what_is_out_of_turn_is_refused(said, answer):
    async with LocalMail() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await reader.readline()
        writer.write(said + b"\r\n")
        assert (await reader.readline()).startswith(answer)
        writer.close()
        await writer.wait_closed()


async def test_a_mail_that_is_too_large_is_refused_and_the_next_one_is_taken():
    async with LocalMail() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for lines in (LARGEST // 1000 + 2, 1):
            writer.write(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            writer.write(b"Subject: x\r\n\r\n" + (b"y" * 998 + b"\r\n") * lines + b".\r\n")
        writer.write(b"QUIT\r\n")
        said = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
    assert "552 too large" in said and "250 taken" in said and len(server.mails) == 1
