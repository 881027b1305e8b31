"""The bank's file: valid, ours in every identifier, and without the accounts that are not accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sepaxml
import xmlschema
from lxml import etree

from invoices.assets import PaperError
from invoices.sepa import SCHEMA, SPACE, Account, Transfer, make_file, without_account
from trade.base.errors import Refused

PAYER = Account(name="Red de Librerías (muestra)", iban="ES9121000418450200051332", identification="B00000000001")
ALBA = Transfer(
    key="settlement-1", name="Librería Alba", iban="ES79 2100 0813 6101 2345 6789", cents=4697, text="CHQ-1 Alba"
)
BOREAL = Transfer(
    key="settlement-2", name="Librairie Boréal", iban="FR1420041010050500013M02606", cents=5, text="CHQ-2"
)
WRONG = replace(ALBA, key="settlement-3", iban="ES9221000418450200051332")
EMPTY = replace(ALBA, key="settlement-4", iban="")
WHEN = {
    "reference": "CHQ-2026-10",
    "created_at": datetime(2026, 11, 3, 9, 0, tzinfo=UTC),
    "execute_on": date(2026, 11, 4),
}
NAMES = {"p": SPACE}


def values(content: bytes, path: str) -> list[str]:
    return [str(item.text) for item in etree.fromstring(content).xpath(path, namespaces=NAMES)]


def test_the_file_is_valid_and_says_what_is_paid():
    file = make_file(PAYER, [ALBA, BOREAL], **WHEN)
    schema = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd")
    schema.validate(file.content.decode())
    assert values(file.content, "//p:GrpHdr/p:NbOfTxs") == ["2"]
    assert values(file.content, "//p:GrpHdr/p:CtrlSum") == ["47.02"]
    assert values(file.content, "//p:InstdAmt") == ["46.97", "0.05"]
    assert values(file.content, "//p:CdtrAcct//p:IBAN") == ["ES7921000813610123456789", "FR1420041010050500013M02606"]
    assert values(file.content, "//p:EndToEndId") == ["settlement-1", "settlement-2"]
    assert values(file.content, "//p:ReqdExctnDt/p:Dt") == ["2026-11-04"]
    assert values(file.content, "//p:InitgPty/p:Id/p:OrgId/p:Othr/p:Id") == ["B00000000001"]
    assert values(file.content, "//p:MsgId") == ["CHQ-2026-10"]
    assert file.total == 4702
    assert file.held == ()


def test_the_same_transfers_give_the_same_bytes():
    assert make_file(PAYER, [ALBA, BOREAL], **WHEN).content == make_file(PAYER, [ALBA, BOREAL], **WHEN).content


@pytest.mark.seed("T130")
def test_accounts_that_are_not_valid_are_held_out_and_listed():
    file = make_file(PAYER, [WRONG, ALBA, EMPTY], **WHEN)
    assert file.transfers == (ALBA,)
    assert [(item.key, bool(reason)) for item, reason in file.held] == [("settlement-3", True), ("settlement-4", True)]
    assert b"ES92" not in file.content
    assert without_account([ALBA, BOREAL]) == ()


def test_sepaxml_alone_takes_the_wrong_account():
    """The control: without our check the wrong check digit would be in the file."""
    config = {"name": "x", "IBAN": "ES9121000418450200051332", "batch": True, "currency": "EUR"}
    file = sepaxml.SepaTransfer(config, schema=SCHEMA)
    file.add_payment(
        {"name": "x", "IBAN": WRONG.iban, "amount": 1, "execution_date": date(2026, 11, 4), "description": "x"}
    )
    assert WRONG.iban.encode() in file.export()


def test_an_operator_without_a_valid_account_pays_nobody():
    with pytest.raises(Refused, match="mistyped"):
        make_file(replace(PAYER, iban="ES9221000418450200051332"), [ALBA], **WHEN)


@pytest.mark.parametrize("transfers", [[], [EMPTY], [replace(ALBA, cents=0)], [replace(ALBA, cents=-1), BOREAL]])
def test_nothing_to_pay_makes_no_file(transfers):
    with pytest.raises(PaperError):
        make_file(PAYER, transfers, **WHEN)


def test_a_transfer_of_zero_is_left_out():
    assert make_file(PAYER, [ALBA, replace(BOREAL, cents=0)], **WHEN).transfers == (ALBA,)


def test_long_and_hostile_texts_fit_the_form():
    transfer = replace(ALBA, name="<Ñandú & Œuvre> " * 9, text="“ñ” & <x> " * 30, key="settlement-" + "9" * 40)
    content = make_file(PAYER, [transfer], **WHEN).content
    (name,), (text,), (key,) = (values(content, path) for path in ("//p:Cdtr/p:Nm", "//p:Ustrd", "//p:EndToEndId"))
    assert (len(name), len(text), len(key)) == (70, 140, 35)
    assert (name + text).isascii()


def test_a_bank_without_known_identifier_is_said_so():
    payer = replace(PAYER, iban="GB82WEST12345698765432")
    content = make_file(payer, [ALBA], **WHEN).content
    assert values(content, "//p:DbtrAgt/p:FinInstnId/p:Othr/p:Id") in (["NOTPROVIDED"], [])
    assert values(content, "//p:DbtrAgt/p:FinInstnId/*")
