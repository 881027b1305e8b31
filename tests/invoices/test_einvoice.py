"""Factur-X: valid against XSD and EN 16931 in both profiles, and against France's own rules in hers."""

from __future__ import annotations

from dataclasses import replace
from gettext import NullTranslations

import facturx
import pytest

from invoices.einvoice import fields, make_xml
from invoices.sample import REDEMPTIONS, sample
from tests.invoices.paper import Marked
from tests.invoices.schematron import FRENCH, report
from trade.billing.rules.commission import Redeemed

PLAIN = NullTranslations()
RATES = tuple(Redeemed(cents=9999, channel="counter", rate=rate) for rate in (0, 1, 333, 500, 10_000))


@pytest.mark.parametrize(
    "document",
    [sample("es"), sample("fr"), sample("en"), sample("es", redemptions=RATES), sample("fr", redemptions=RATES)],
)
def test_no_rule_of_en_16931_fails(document):
    xml = make_xml(document, PLAIN)
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    fired, failed = report(xml)
    assert failed == []
    assert fired > 50


def test_no_rule_of_the_french_reform_fails():
    fired, failed = report(make_xml(sample("fr"), PLAIN), FRENCH)
    assert failed == []
    assert fired > 50


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        (b"<ram:GrandTotalAmount>62.17", b"<ram:GrandTotalAmount>62.18", "BR-CO-15"),
        (b"<ram:LineTotalAmount>16.87", b"<ram:LineTotalAmount>16.88", "BR-CO-10"),
        (b"<ram:CategoryCode>S", b"<ram:CategoryCode>Z", "BR-Z"),
    ],
)
def test_a_wrong_figure_is_found(right, wrong, rule):
    """The negative control: the same check fails as soon as a figure is not right."""
    xml = make_xml(sample("es"), PLAIN)
    assert right in xml
    assert any(rule in text for text in report(xml.replace(right, wrong, 1))[1])


def test_a_spanish_invoice_lacks_what_france_demands():
    assert report(make_xml(sample("es"), PLAIN), FRENCH)[1]


def test_figures_are_text_with_two_decimals():
    found = fields(sample("es"), PLAIN)
    assert (found["BT-109"], found["BT-110"], found["BT-112"], found["BT-115"]) == ("51.38", "10.79", "62.17", "0.00")
    assert found["BG-23"] == [{"BT-116": "51.38", "BT-117": "10.79", "BT-118": "S", "BT-119": "21.00"}]
    assert found["BG-25"][0]["BT-154"] == "4\xa0% of 421,80\xa0€"


def test_words_are_translated_and_texts_escaped():
    assert b"[Gift cheques redeemed at the counter]" in make_xml(sample("es"), Marked())
    document = sample("es", redemptions=REDEMPTIONS)
    xml = make_xml(replace(document, recipient=replace(document.recipient, name="A & <B>")), PLAIN)
    assert b"<ram:Name>A &amp; &lt;B&gt;</ram:Name>" in xml
