"""How does another hub know this hub's broker? By a certificate from an authority that this hub made for it alone."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# From before any hub ran, since a hub's clock may be far behind; for long, since nobody can renew it in a blackout. Who
# takes the hub has the authority anyway, whatever its day; then the others pin a new one.
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2046, 1, 1, tzinfo=UTC)
AUTHORITY_NAME = "broker authority"  # anyone who connects may read them: they name no hub and no street
SERVER_NAME = "broker"


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def make_authority() -> Certified:
    """A new authority, for one broker."""
    key = generate_private_key(SECP256R1())
    name = _named(AUTHORITY_NAME)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _begun(name, name, key, ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return _certified(certificate, key)


def issue(authority: Certified, hosts: Iterable[str], ends: datetime = ENDS) -> Certified:
    """A broker's certificate for `hosts`, names and IP addresses, with a new key."""
    key = generate_private_key(SECP256R1())
    issuer_key = load_pem_private_key(authority.key, None)
    assert isinstance(issuer_key, EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    certificate = (
        _begun(_named(SERVER_NAME), issuer.subject, key, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(list(map(_general, hosts))), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )
    return _certified(certificate, key)


def hosts_of(certificate: bytes) -> frozenset[str]:
    """The names and addresses that a certificate of ours is for. Raises ValueError for what is none."""
    try:
        named = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(str(general.value) for general in named.value)


def is_issued_by(authority: bytes, certificate: bytes) -> bool:
    """Whether that authority signed it. Raises ValueError for what is no certificate."""
    try:
        x509.load_pem_x509_certificate(certificate).verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
    except (InvalidSignature, TypeError):
        return False
    return True


def _begun(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ends)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _certified(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> Certified:
    return Certified(
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
