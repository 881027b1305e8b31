"""Statement and month totals: lines that add up to the transfer, columns that cross-foot, cells that do not run."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from gettext import NullTranslations
from io import StringIO

import pytest

from invoices.sample import REDEMPTIONS, sample
from invoices.statement import MonthRow, month_sums, statement_csv, totals_csv
from invoices.tables import decimal, safe
from trade.billing.rules.document import StatementLine, Unbalanced

PLAIN = NullTranslations()
LINES = [
    StatementLine(
        at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC).replace(day=number),
        channel=item.channel,
        cheque=f"…{number:04d}",
        reference=f"R-{number}",
        cents=item.cents,
    )
    for number, item in enumerate(REDEMPTIONS, start=1)
]
ROW = MonthRow(
    bookshop="Alba", invoice="CHQ-2026-000001", redeemed=5000, net=250, vat=53, total=303, transfer=4697, state="paid"
)


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.seed("T61", "T69")
def test_the_lines_add_up_to_the_transfer():
    document = sample("es")
    head, *rows = read(statement_csv(document, LINES, PLAIN, time_zone="Europe/Madrid"))
    assert head[-2:] == ["Amount", "Cents"]
    assert len(rows) == len(LINES) + 2
    assert sum(int(row[-1]) for row in rows[:-1]) == int(rows[-1][-1]) == document.deduction.transfer
    assert rows[-2][-2:] == ["-62,17", "-6217"]
    assert rows[-1][-2] == "1222,33"


def test_days_are_those_of_the_network():
    _, first, *_ = read(statement_csv(sample("es"), LINES, PLAIN, time_zone="Europe/Madrid"))
    assert first[1:3] == ["2026-10-02", "01:30"]
    _, first, *_ = read(statement_csv(sample("es"), LINES, PLAIN, time_zone="Atlantic/Canary"))
    assert first[1:3] == ["2026-10-02", "00:30"]


def test_lines_that_are_not_what_was_invoiced_are_refused():
    with pytest.raises(Unbalanced):
        statement_csv(sample("es"), LINES[:-1], PLAIN, time_zone="Europe/Madrid")
    wrong = [replace(LINES[0], cents=1), *LINES[1:]]
    with pytest.raises(Unbalanced):
        statement_csv(sample("es"), wrong, PLAIN, time_zone="Europe/Madrid")


@pytest.mark.parametrize(("locale", "written"), [("es", "-1284,50"), ("fr", "-1284,50"), ("en", "-1284.50")])
def test_decimals_by_language(locale, written):
    assert decimal(-128450, locale) == written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "  -2"])
def test_formulas_are_disarmed(text):
    assert safe(text) == f"'{text}"
    rows = [replace(ROW, bookshop=text)]
    assert read(totals_csv(rows, PLAIN, locale="es"))[1][0] == f"'{text}"


@pytest.mark.parametrize("text", ["", "Alba", "4=4", "a-b", "L'Étranger"])
def test_ordinary_texts_are_left_alone(text):
    assert safe(text) == text


def test_the_month_cross_foots():
    rows = [ROW, replace(ROW, bookshop="Boreal", redeemed=1000, net=40, vat=8, total=48, transfer=952)]
    table = read(totals_csv(rows, PLAIN, locale="es"))
    assert table[-1] == ["Total", "2", "60,00", "2,90", "0,61", "3,51", "56,49", ""]
    assert month_sums([]) == {"redeemed": 0, "net": 0, "vat": 0, "total": 0, "transfer": 0}


@pytest.mark.parametrize("change", [{"total": 304}, {"transfer": 1}, {"net": 251}, {"redeemed": 1}])
def test_a_month_that_does_not_cross_foot_is_refused(change):
    with pytest.raises(Unbalanced, match="Alba"):
        totals_csv([replace(ROW, **change)], PLAIN, locale="es")
