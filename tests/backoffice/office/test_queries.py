"""No query per row: a page asks as often for many rows as for one."""

import pytest
from sqlalchemy import event

from tests.backoffice.office.visits import owner, read
from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve

BOOKS = (9788437604947, 9788417860790, 9782070368228)


def asked(house, client, address):
    """How many statements a page sends."""
    read(client, address)  # what is loaded once per process is loaded now
    counted = []
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine

    def count(connection, cursor, statement, parameters, context, executemany):
        counted.append(statement)

    event.listen(engine, "after_cursor_execute", count)
    try:
        read(client, address)
    finally:
        event.remove(engine, "after_cursor_execute", count)
    return len(counted)


@pytest.mark.parametrize("address", ["/office/", "/office/reservations/"])
def test_many_reservations_cost_no_more_queries_than_one(office, address):
    with office.session() as session:
        for isbn in BOOKS:
            shelve(session, office.cast.alba, isbn=isbn, copies=9, at=NOW)
    reserve(office, "clara", isbn=BOOKS[0])
    client = owner(office)
    one = asked(office, client, address)
    for reader in ("clara", "bruno"):
        for isbn in BOOKS[1:]:
            reserve(office, reader, isbn=isbn)
    assert asked(office, client, address) == one
    assert one <= 34
