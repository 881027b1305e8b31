"""How a bookshop's stock arrives: the format, keys for software that sends or reads it, an address to fetch it from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

from trade.base import outbox
from trade.base.crypto import digest, new_token, seal, unseal
from trade.base.errors import NotFound, Refused, concerning
from trade.base.journal import write
from trade.base.outbound import checked_address
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.stock.models import StockArrival, StockToken
from trade.stock.readers import reader_of

PULL_ONE = "stock.pull_one"
PULL_TEST = "stock.pull_test"
PURPOSES = ("push", "read")
MOST_TOKENS = 20
USED_NOTED_EVERY = timedelta(minutes=10)
_NUMBER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{2,19}$")


def arrival_of(session: TenantSession, *, bookshop_id: int) -> StockArrival:
    """How the bookshop's stock arrives, made empty where nothing was said yet."""
    found = session.get(StockArrival, bookshop_id)
    if found is None:
        found = StockArrival(bookshop_id=bookshop_id)
        session.add(found)
        session.flush()
    return found


def choose_format(session: TenantSession, *, bookshop_id: int, format: str) -> None:
    """Say in which format files that arrive by themselves are read. Raises Refused for an unknown one."""
    reader_of(session, name=format)
    arrival_of(session, bookshop_id=bookshop_id).format = format
    session.flush()


def choose_number(session: TenantSession, *, bookshop_id: int, number: str, country: str) -> None:
    """Say by which number other portals know the bookshop: in France its SIRET. Raises Refused."""
    bare = re.sub(r"\s", "", number)
    with concerning("number"):
        if country == "FR" and bare:
            try:
                bare = str(siret.validate(bare))
            except ValidationError:
                raise Refused(N_("This is no SIRET: it has 14 digits, and its check digits must be right.")) from None
        elif bare and not _NUMBER.match(bare):
            raise Refused(N_("Write 3 to 20 letters, digits or hyphens."))
        chosen = arrival_of(session, bookshop_id=bookshop_id)
        try:
            with session.begin_nested():
                chosen.number = bare or None
        except IntegrityError:
            # No bookshop sees the row of another: only the database knows that the number is taken.
            raise Refused(N_("Another bookshop has this number.")) from None


def choose_pull(
    session: TenantSession,
    *,
    bookshop_id: int,
    on: bool,
    address: str,
    token: str,
    pepper: bytes,
    private: bool = False,
) -> None:
    """Say from where the bookshop's stock is fetched. An empty ``token`` keeps the one that is stored.

    Raises Refused for an address that may not be called, and where it is switched on without one.
    """
    chosen = arrival_of(session, bookshop_id=bookshop_id)
    with concerning("address"):
        if on and not address.strip():
            raise Refused(N_("Type the address from which your stock is to be fetched."))
        address = checked_address(address, private=private) if address.strip() else ""
    if len(address) > 500 or len(token) > 500:
        raise Refused(N_("This is too long."), field="address")
    if address != chosen.pull_address:
        chosen.pulled_at, chosen.pull_token = None, None
    chosen.pull_on, chosen.pull_address, chosen.pull_error = on, address, {}
    if token.strip():
        chosen.pull_token = seal(token.strip().encode(), pepper=pepper, context=_context(bookshop_id))
    session.flush()


def pull_token(arrival: StockArrival, *, pepper: bytes) -> str:
    """The token that the other side wants, empty where there is none."""
    if arrival.pull_token is None:
        return ""
    return unseal(arrival.pull_token, pepper=pepper, context=_context(arrival.bookshop_id)).decode()


def ask_pull(session: TenantSession, *, bookshop_id: int, at: datetime, test: bool = False) -> None:
    """Ask for one fetch, or for a test of the address; a job does it outside of this transaction."""
    kind = PULL_TEST if test else PULL_ONE
    key = f"{kind}:{bookshop_id}:{at:%Y%m%d%H%M%S}"
    outbox.post(session, kind=kind, key=key, payload={"bookshop_id": bookshop_id}, bookshop_id=bookshop_id)


def note_pull(session: TenantSession, *, bookshop_id: int, at: datetime, refused: Refused | None) -> None:
    """Keep how the last fetch went."""
    arrival = arrival_of(session, bookshop_id=bookshop_id)
    if refused is None:
        arrival.pulled_at, arrival.pull_error = at, {}
    else:
        values = {name: str(value) for name, value in refused.text.values.items()}
        arrival.pull_error = {"message": refused.text.message, "values": values, "at": at.isoformat()}
    session.flush()


def note_folders(session: TenantSession, *, troubles: Mapping[int, Text]) -> None:
    """Keep why files lie unread in the folders of these bookshops; nothing is wrong with those of all others."""
    noted = select(StockArrival).where(StockArrival.folder_trouble != {})
    for arrival in session.scalars(noted).all():
        if arrival.bookshop_id not in troubles:
            arrival.folder_trouble = {}
    for bookshop_id, trouble in troubles.items():
        arrival_of(session, bookshop_id=bookshop_id).folder_trouble = {
            "message": trouble.message,
            "values": trouble.values,
        }
    session.flush()


# --- keys --------------------------------------------------------------------------------------------


def make_token(session: TenantSession, *, bookshop_id: int, purpose: str, name: str, at: datetime) -> str:
    """A new key, which is shown this once. ``name`` says who holds it. Raises Refused."""
    if purpose not in PURPOSES:
        raise Refused(N_("Choose one of the list."), field="purpose")
    if not name.strip():
        raise Refused(N_("Say who will use it, so that you know what stops when you revoke it."), field="name")
    open_ones = select(StockToken.id).where(StockToken.bookshop_id == bookshop_id, StockToken.revoked_at.is_(None))
    if len(session.scalars(open_ones.limit(MOST_TOKENS)).all()) >= MOST_TOKENS:
        raise Refused(N_("You have %(count)s keys: revoke one that is no longer used."), count=MOST_TOKENS)
    token = f"{purpose}-{new_token()}"
    made = StockToken(
        bookshop_id=bookshop_id,
        purpose=purpose,
        name=name.strip()[:80],
        token_hash=digest(token),
        ending=token[-4:],
        created_at=at,
        created_by=session.scope.person_id,
    )
    session.add(made)
    session.flush()
    write(session, action="stock_token.made", thing="stock_token", thing_id=made.id, at=at, bookshop_id=bookshop_id)
    return token


def revoke_token(session: TenantSession, *, token_id: int, at: datetime) -> None:
    """Close a key at once; a key that is closed stays so. Raises NotFound for a foreign or absent one."""
    token = session.get(StockToken, token_id)
    if token is None:
        raise NotFound()
    if token.revoked_at is None:
        token.revoked_at = at
        session.flush()
        write(
            session,
            action="stock_token.revoked",
            thing="stock_token",
            thing_id=token.id,
            at=at,
            bookshop_id=token.bookshop_id,
        )


def holder_of(session: TenantSession, *, token: str, purpose: str, at: datetime) -> int | None:
    """The bookshop for which a key is good, None for a wrong, revoked or other one; notes that it was used."""
    if not token.isascii() or not 0 < len(token) <= 200:
        return None
    found = session.scalar(
        select(StockToken).where(
            StockToken.token_hash == digest(token), StockToken.purpose == purpose, StockToken.revoked_at.is_(None)
        )
    )
    if found is None:
        return None
    if found.used_at is None or at - found.used_at > USED_NOTED_EVERY:
        found.used_at = at
        session.flush()
    return found.bookshop_id


def _context(bookshop_id: int) -> str:
    return f"stock_arrival:{bookshop_id}|pull_token"
