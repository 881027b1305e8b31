"""Passwords, keyed hashes, sealed values and random tokens: the only place that touches cryptography.

Passwords are argon2id with the library's defaults (RFC 9106, low memory). Sealed values are AES-256-GCM under a
key derived from the installation's secret, bound to a context such as ``person:17|totp``: a sealed value moved
to another row does not open (safety.md R10).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
_HASHER = PasswordHasher()
# Checked where no such person exists, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """The stored form of a password."""
    return _HASHER.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; takes equally long where nothing is stored."""
    try:
        return _HASHER.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the password was hashed with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def new_token() -> str:
    """A random token for links and cookies: 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The stored form of a random token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(pepper: bytes, purpose: str, value: str) -> str:
    """A hash that nobody can compute without the installation's secret; the purpose keeps uses apart."""
    return hmac.new(pepper, f"{purpose}|{value}".encode(), hashlib.sha256).hexdigest()


def seal(plain: bytes, *, pepper: bytes, context: str) -> bytes:
    """Encrypt bytes for one place: nonce and ciphertext."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(pepper)).encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, *, pepper: bytes, context: str) -> bytes:
    """Decrypt what :func:`seal` made for the same place. Raises ValueError for anything else."""
    try:
        return AESGCM(_key(pepper)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except InvalidTag as error:
        raise ValueError("This sealed value was not made here, or not for this place.") from error


@dataclass(frozen=True)
class Keyring:
    """Secrets by name: the first one seals, each opens what it sealed (rotation, safety.md R10)."""

    keys: Mapping[str, bytes] = field(repr=False)

    @property
    def current(self) -> str:
        """The name of the key that seals now."""
        return next(iter(self.keys))

    def seal(self, plain: bytes, *, context: str) -> tuple[bytes, str]:
        """Encrypt bytes for one place: what is kept, and the name of the key to keep beside it."""
        return seal(plain, pepper=self.keys[self.current], context=context), self.current

    def unseal(self, sealed: bytes, *, sealed_with: str, context: str) -> bytes:
        """Decrypt what :meth:`seal` made. Raises ValueError where it was not, or its key is gone."""
        if sealed_with not in self.keys:
            raise ValueError("The key that sealed this value is no longer known.")
        return unseal(sealed, pepper=self.keys[sealed_with], context=context)


def _key(pepper: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sealed values").derive(pepper)
