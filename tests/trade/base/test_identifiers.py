"""Tax ids, IBANs and addresses (T116, T130, requirements 1.7 "business ids")."""

from collections.abc import Callable

import pytest
from stdnum.fr import tva

from trade.base.errors import Refused
from trade.base.identifiers import (
    bank_of,
    iban,
    mail_address,
    masked_iban,
    phone,
    spaced_iban,
    tax_id,
    vat_id,
    web_address,
)


@pytest.mark.seed("T116")
@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("ES", "B-58378431", "B58378431"),
        ("ES", " esb58378431 ", "B58378431"),
        ("ES", "54362315K", "54362315K"),
        ("ES", "X-2482300W", "X2482300W"),
        ("FR", "404 833 048", "404833048"),
        ("FR", "404 833 048 00022", "40483304800022"),
        ("FR", "FR 83 404 833 048", "404833048"),
    ],
)
def test_accepts_a_tax_id_of_the_country(country: str, typed: str, stored: str) -> None:
    assert tax_id(typed, country=country) == stored


@pytest.mark.seed("T116")
@pytest.mark.parametrize(
    ("country", "typed", "words"),
    [
        ("ES", "", "Type the tax id"),
        ("ES", "B5837843", "nine characters"),
        ("ES", "B58378432", "mistyped"),
        ("ES", "54362315Z", "mistyped"),
        ("ES", "404833048", "mistyped"),
        ("ES", "٥٤٣٦٢٣١٥K", "not a Spanish"),
        ("FR", "404833049", "mistyped"),
        ("FR", "40483304", "9 digits"),
        ("FR", "4048330480002", "9 digits"),
        ("FR", "B58378431", "digits only"),
        ("FR", "FR84404833048", "key"),
        ("FR", "FR", "9 digits"),
    ],
)
def test_says_what_is_wrong_with_a_tax_id(country: str, typed: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        tax_id(typed, country=country)
    assert words in str(refusal.value)


def test_vat_number_follows_from_the_tax_id() -> None:
    assert vat_id("B58378431", country="ES") == "ESB58378431"
    assert vat_id("40483304800022", country="FR") == "FR83404833048"
    assert tva.is_valid(vat_id("404833048", country="FR"))


@pytest.mark.seed("T130")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"),
        ("es91-2100-0418-4502-0005-1332", "ES9121000418450200051332"),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ],
)
def test_accepts_an_iban(typed: str, stored: str) -> None:
    assert iban(typed) == stored


@pytest.mark.seed("T130")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the IBAN"),
        ("ES91 2100 0418 4502 0005 1333", "mistyped"),
        ("ES91 2100 0418 4502 0005 133", "23 characters"),
        ("ZZ91 2100 0418", "not an IBAN"),
        ("hello", "not an IBAN"),
        ("<script>", "not an IBAN"),
    ],
)
def test_says_what_is_wrong_with_an_iban(typed: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        iban(typed)
    assert words in str(refusal.value)


def test_iban_is_shown_spaced_or_masked() -> None:
    assert spaced_iban("ES9121000418450200051332") == "ES91 2100 0418 4502 0005 1332"
    assert masked_iban("ES9121000418450200051332") == "ES91 •••• 1332"
    assert masked_iban("") == ""


def test_bank_is_known_from_the_iban_or_left_empty() -> None:
    bic, name = bank_of("ES9121000418450200051332")
    assert bic.startswith("CAIXES") and "CAIXA" in name
    assert bank_of("ES0000000000000000000000") == ("", "")


@pytest.mark.parametrize(
    ("reader", "typed", "stored"),
    [
        (mail_address, " Clara@Example.ORG ", "clara@example.org"),
        (mail_address, "clara+libros@sub.example.org", "clara+libros@sub.example.org"),
        (web_address, "www.example.org", "https://www.example.org"),
        (web_address, "http://example.org/libros?a=1", "http://example.org/libros?a=1"),
        (phone, "+34  600 000 000", "+34 600 000 000"),
        (phone, "01.23.45.67.89", "01.23.45.67.89"),
    ],
)
def test_addresses_are_stored_in_one_form(reader: Callable[[str], str], typed: str, stored: str) -> None:
    assert reader(typed) == stored


@pytest.mark.parametrize(
    ("reader", "typed"),
    [
        (mail_address, ""),
        (mail_address, "clara"),
        (mail_address, "clara@example"),
        (mail_address, "a@b.org\nBcc: c@d.org"),
        (mail_address, "Clara <clara@example.org>"),
        (mail_address, "clara@exa..mple.org"),
        (mail_address, "a" * 250 + "@example.org"),
        (web_address, ""),
        (web_address, "javascript:alert(1)"),
        (web_address, "javascript://example.org/%0aalert(1)"),
        (web_address, "ftp://example.org"),
        (web_address, "https://user:secret@example.org"),
        (web_address, "https://exa mple.org"),
        (web_address, "https://[::1"),
        (web_address, "localhost"),
        (phone, "call me"),
        (phone, "12"),
        (phone, "٠١٢٣٤٥٦٧٨٩"),
    ],
)
def test_refuses_what_is_no_address(reader: Callable[[str], str], typed: str) -> None:
    with pytest.raises(Refused):
        reader(typed)
