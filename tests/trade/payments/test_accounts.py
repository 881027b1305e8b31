"""A bookshop's key is tried, sealed, and never seen again (T128, safety.md R10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from tests.cast import NOW
from tests.conftest import csrf
from tests.trade.payments.ground import Till
from trade.base.crypto import Keyring
from trade.base.errors import NotFound, Refused
from trade.payments import actions, queries
from trade.payments.gateways import KeyFacts
from trade.payments.models import PaymentAccount, PaymentSecret

FACTS = KeyFacts("test", "acct_one", refunds=True)


def connect(till: Till, **change: Any) -> PaymentAccount:
    told: dict[str, Any] = {
        "owner_id": till.house.cast.boreal,
        "api_key": "rk_test_boreal_canary_4711",
        "webhook_secret": "whsec_canary_of_boreal",
        "facts": FACTS,
        "keyring": till.keyring,
        "pepper": b"p",
        "live_only": False,
        "at": NOW,
    } | change
    with till.house.session() as session:
        return actions.connect(session, **told)


@pytest.mark.seed("T128")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"webhook_secret": ""}, "signing secret"),
        ({"webhook_secret": "secret_of_another_kind"}, "whsec_"),
        ({"live_only": True}, "test key takes no money"),
        ({"facts": replace(FACTS, missing=("disputes",))}, "disputes"),
    ],
)
def test_a_key_that_would_not_do_is_refused(till: Till, change: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        connect(till, **change)
    with till.house.session() as session:
        assert queries.current_account(session, owner_id=till.house.cast.boreal) is None


def test_a_new_key_of_the_same_account_takes_the_old_ones_place(till: Till) -> None:
    first = connect(till)
    again = connect(till, api_key="rk_test_another_key_0815", webhook_secret="")
    other = connect(till, facts=replace(FACTS, account="acct_two"))
    assert (first.id, again.key_tail) == (again.id, "0815")
    assert other.id != first.id
    assert other.hook == f"{first.hook}-1"
    with till.house.session() as session:
        assert [row.id for row in queries.accounts_by_hook(session, hook=first.hook)] == [other.id, first.id]
        old = actions.access_of(session, account_id=first.id, keyring=till.keyring, address="")
        assert old.key == "rk_test_another_key_0815"
        assert "0815" not in repr(old)


def test_nothing_that_is_kept_or_shown_holds_the_key(till: Till) -> None:
    """Canaries: neither the tables, nor the journal, nor the pages, nor another bookshop see more than four signs."""
    account = connect(till)
    with till.house.session() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        kept = "".join(
            row for table in tables for row in session.scalars(text(f'SELECT t::text FROM "{table}" t')).all()
        )
    page = till.house.client("boreal_owner").get("/office/settings/card-payments/").get_data(as_text=True)
    assert "4711" in kept
    assert "4711" in page
    hidden = "rk_test_boreal_canary", "whsec_canary"
    assert [canary for canary in hidden if canary in kept + page or canary.encode().hex() in kept] == []
    with till.house.session(till.house.cast.bookshop("alba")) as session:
        assert session.scalars(select(PaymentSecret).where(PaymentSecret.account_id == account.id)).all() == []
        with pytest.raises(NotFound):
            actions.webhook_secret_of(session, account_id=account.id, keyring=till.keyring)


def test_a_sealed_key_opens_in_its_place_only(till: Till) -> None:
    account = connect(till)
    with till.house.session() as session:
        stolen = queries.secrets(session, account_id=account.id)["api_key"]
        session.execute(
            update(PaymentSecret)
            .where(PaymentSecret.account_id == till.account_id, PaymentSecret.kind == "api_key")
            .values(sealed=stolen.sealed, sealed_with=stolen.sealed_with)
        )
    with till.house.session() as session, pytest.raises(ValueError, match="not for this place"):
        actions.access_of(session, account_id=till.account_id, keyring=till.keyring, address="")


def test_keys_are_sealed_again_batch_by_batch(till: Till) -> None:
    account = connect(till)
    fresh = Keyring({"2027": b"n" * 32, **till.keyring.keys})

    def done() -> int:
        with till.house.session() as session:
            return actions.reseal(session, keyring=fresh, at=NOW, limit=3)

    assert [done(), done(), done()] == [3, 1, 0]
    with till.house.session() as session:
        only_new = Keyring({"2027": b"n" * 32})
        assert actions.access_of(session, account_id=account.id, keyring=only_new, address="").key.endswith("4711")
        with pytest.raises(ValueError, match="no longer known"):
            actions.access_of(session, account_id=account.id, keyring=till.keyring, address="")


@pytest.mark.seed("T58", "T59", "T128")
def test_the_pages_of_a_bookshop(till: Till) -> None:
    """Connect, try, see what was declined with its steps, find an attempt; the neighbour finds nothing."""
    owner = till.house.client("boreal_owner")
    page = "/office/settings/card-payments/"
    token = csrf(owner, page)

    def send(verb: str, **typed: str) -> str:
        answer = owner.post(page + verb, data={"csrf_token": token, **typed}, follow_redirects=True)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    assert "rk_live_" in send("connect", api_key="sk_live_not_restricted", webhook_secret=till.secret)
    assert f"termina en {till.key[-4:]}" in send("connect", api_key=till.key, webhook_secret=till.secret)
    assert "Stripe acepta la clave" in send("check")
    payment = till.opened(till.order(shop="alba"))
    till.pay(payment, "4000000000009995")
    for told in till.told():
        till.post(told)
    till.work()
    with till.house.session() as session:
        reference = queries.reference_of(session, order_id=payment.order_id)
    own = till.house.client("alba_clerk").get(f"/office/payments/?q={reference}").get_data(as_text=True)
    theirs = owner.get(f"/office/payments/?q={reference}").get_data(as_text=True)
    assert "No hay saldo suficiente" in own
    assert "Proponga otra tarjeta" in own
    assert "Nada de su librería tiene esta referencia" in theirs
    assert "No hay saldo suficiente" not in theirs
    assert "Switched" not in send("off")
    with till.house.session() as session:
        assert queries.current_account(session, owner_id=till.house.cast.boreal) is None
