"""A real SMTP server of this process's own machine: aiosmtpd, keeping what it took, failing when it is told to."""

import email
import email.policy
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class Mails:
    """`answers` are for the next messages, `250 ...` otherwise. `refused`: addresses that nobody knows here."""

    taken: list = field(default_factory=list)
    to: list = field(default_factory=list)
    secure: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    refused: set = field(default_factory=set)
    asked: int = 0
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.to.append(tuple(envelope.rcpt_tos))
        self.secure.append(session.ssl is not None)
        return "250 taken"

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def about(self, words):
        return [m for m in self.taken if words in m["Subject"] or words in str(m)]


class Server(Controller):
    """On a free port."""

    def __init__(self, mails, *, context=None, implicit=False, login=None):
        self._more = {"tls_context": None if implicit else context}
        if login is not None:
            self._more |= {
                "auth_required": True, "auth_require_tls": context is not None and not implicit,
                "authenticator": lambda server, session, envelope, mechanism, data: AuthResult(
                    success=isinstance(data, LoginPassword) and (data.login, data.password) == login, handled=False
                ),
            }  # fmt: skip
        super().__init__(mails, hostname="127.0.0.1", port=0, ssl_context=context if implicit else None)

    def factory(self):
        return SMTP(self.handler, ident="local", **self._more)

    def _trigger_server(self):
        """The library connects to the port that was asked for, which is 0."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(mails=None, **more):
    mails = mails or Mails()
    server = Server(mails, **more)
    server.start()
    mails.port = server.port
    try:
        yield mails
    finally:
        server.stop()


def tls(folder):
    """A certificate for 127.0.0.1 that nobody knows; its file, and what a server needs."""
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, pem = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, pem)
    return cert, context
