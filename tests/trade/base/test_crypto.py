"""Passwords, keyed hashes and sealed values (safety.md R10, R11)."""

import pytest

from trade.base.crypto import (
    digest,
    hash_password,
    keyed_hash,
    needs_rehash,
    new_token,
    password_matches,
    seal,
    unseal,
)

PEPPER = b"the installation's secret"


@pytest.mark.seed("F41")
def test_passwords_are_argon2id_and_never_equal_twice() -> None:
    first, second = hash_password("tres gatos"), hash_password("tres gatos")
    assert first.startswith("$argon2id$") and first != second
    assert password_matches(first, "tres gatos") and password_matches(second, "tres gatos")
    assert not needs_rehash(first)


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAA"])
def test_nothing_matches_a_missing_or_broken_hash(stored: str | None) -> None:
    assert not password_matches(stored, "")
    assert not password_matches(stored, "tres gatos")


def test_tokens_are_long_random_and_stored_hashed() -> None:
    token = new_token()
    assert len(token) == 43 and token != new_token()
    assert len(digest(token)) == 64 and token not in digest(token)


def test_keyed_hashes_depend_on_secret_and_purpose() -> None:
    hashes = {
        keyed_hash(PEPPER, "address", "a"),
        keyed_hash(PEPPER, "network", "a"),
        keyed_hash(b"other", "address", "a"),
        keyed_hash(PEPPER, "address", "b"),
    }
    assert len(hashes) == 4


@pytest.mark.seed("F41")
def test_a_sealed_value_opens_only_in_its_place() -> None:
    sealed = seal(b"JBSWY3DP", pepper=PEPPER, context="person:1|totp")
    assert b"JBSWY3DP" not in sealed
    assert unseal(sealed, pepper=PEPPER, context="person:1|totp") == b"JBSWY3DP"
    for pepper, context, value in [
        (PEPPER, "person:2|totp", sealed),
        (b"other", "person:1|totp", sealed),
        (PEPPER, "person:1|totp", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ]:
        with pytest.raises(ValueError, match="sealed"):
            unseal(value, pepper=pepper, context=context)
