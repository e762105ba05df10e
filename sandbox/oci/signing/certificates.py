"""Certificates as an instance and a cluster have them: made anew at each start, good for a day."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

LASTS: Final = timedelta(days=1)
TENANT: Final = "opc-tenant:"  # how an instance's certificate names its tenancy


@dataclass(frozen=True)
class Certified:
    """A key and what an authority says of it."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def private_pem(self) -> bytes:
        form, bare = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, form, bare)

    @property
    def fingerprint(self) -> str:
        """SHA-1 with colons, as a request for a token names the key that signed it."""
        return self.certificate.fingerprint(hashes.SHA1()).hex(":").upper()  # noqa: S303 - the protocol's


def authority() -> Certified:
    private, name = _key(), _name("local authority")
    basic = x509.BasicConstraints(ca=True, path_length=0)
    usage = _usage(signs=True)
    made = _begun(name, name, private).add_extension(basic, critical=True).add_extension(usage, critical=True)
    return Certified(private, made.sign(private, hashes.SHA256()))


def of_instance(by: Certified, instance: str, tenancy: str) -> Certified:
    private = _key()
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{TENANT}{tenancy}")
    subject = x509.Name([unit, x509.NameAttribute(NameOID.COMMON_NAME, instance[:64])])
    return Certified(
        private, _begun(subject, by.certificate.subject, private).sign(by.private, hashes.SHA256())
    )


def of_address(by: Certified, address: str) -> Certified:
    """For a server at that address."""
    private = _key()
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = _begun(_name(address), by.certificate.subject, private).add_extension(names, critical=False)
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.private.public_key())
    made = made.add_extension(key_id, critical=False)
    return Certified(private, made.sign(by.private, hashes.SHA256()))


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(subject: x509.Name, issuer: x509.Name, private: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    made = made.public_key(private.public_key()).serial_number(x509.random_serial_number())
    return made.not_valid_before(now - LASTS).not_valid_after(now + LASTS)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
