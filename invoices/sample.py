"""Sample documents of each profile, labelled as such: for tests, previews and for whoever edits the paper."""

from __future__ import annotations

from datetime import UTC, date, datetime

from trade.base.identifiers import masked_iban
from trade.billing.rules.commission import Redeemed, commission_lines
from trade.billing.rules.document import Deduction, InvoiceDocument, LegalNote, Party, QrCode, check, vat_lines

SPAIN = Party(
    name="Red de Librerías de Muestra, S. L.",
    tax_id="B00000000",
    tax_label="NIF",
    vat_id="ESB00000000",
    street="Calle de la Imprenta 8, 2.º",
    postcode="28012",
    city="Madrid",
    country="ES",
    email="facturas@mostrador.example",
    phone="910 000 000",
    imprint="Muestra. Inscrita en el Registro Mercantil de Madrid, tomo 00000, folio 00, hoja M-000000.",
)
ALBA = Party(
    name="Librería Alba, S. L.",
    tax_id="B00000018",
    tax_label="NIF",
    vat_id="ESB00000018",
    street="Calle del Pez 14",
    postcode="28004",
    city="Madrid",
    country="ES",
    email="alba@mostrador.example",
)
FRANCE = Party(
    name="Réseau de librairies (exemple), SAS",
    tax_id="732 829 320 00074",
    tax_label="SIRET",
    vat_id="FR44732829320",
    register_id="732829320",
    register_scheme="0002",
    street="12 rue de l’Imprimerie",
    postcode="75011",
    city="Paris",
    country="FR",
    email="factures@mostrador.example",
    phone="01 00 00 00 00",
    imprint="Exemple. SAS au capital de 10 000 €, RCS Paris 732 829 320.",
)
BOREAL = Party(
    name="Librairie Boréal, SARL",
    tax_id="404 833 048 00022",
    tax_label="SIRET",
    vat_id="FR83404833048",
    register_id="404833048",
    register_scheme="0002",
    street="3 place du Marché",
    postcode="35000",
    city="Rennes",
    country="FR",
    email="boreal@mostrador.example",
)
FRENCH_NOTES = (
    LegalNote(
        code="PMD",
        text="En cas de retard de paiement, pénalités au taux de trois fois le taux d’intérêt légal.",
    ),
    LegalNote(code="PMT", text="Indemnité forfaitaire pour frais de recouvrement : 40 €."),
    LegalNote(code="AAB", text="Pas d’escompte pour paiement anticipé."),
)
REDEMPTIONS = (
    *[Redeemed(cents=cents, channel="counter", rate=400) for cents in (1710, 4000, 2290, 34180)],
    *[Redeemed(cents=cents, channel="orders", rate=400) for cents in (64230, 22040)],
)


def sample(
    locale: str = "es",
    *,
    redemptions: tuple[Redeemed, ...] = REDEMPTIONS,
    recipient: Party | None = None,
    qr: QrCode | None = None,
) -> InvoiceDocument:
    """A checked sample of October 2026 in the given language: Spain's for ``es`` and ``en``, France's for ``fr``."""
    french = locale == "fr"
    lines = commission_lines(redemptions, vat_rate=2000 if french else 2100)
    vat = vat_lines(lines)
    net, tax = sum(line.net for line in lines), sum(line.tax for line in vat)
    redeemed = sum(line.redeemed for line in lines)
    return check(
        InvoiceDocument(
            number="CHQ-2026-000418",
            issued_on=date(2026, 10, 31),
            created_at=datetime(2026, 11, 2, 5, 30, tzinfo=UTC),
            period_start=date(2026, 10, 1),
            period_end=date(2026, 10, 31),
            locale=locale,
            currency="EUR",
            brand="Mostrador",
            issuer=FRANCE if french else SPAIN,
            recipient=recipient or (BOREAL if french else ALBA),
            lines=lines,
            vat=vat,
            net=net,
            tax=tax,
            total=net + tax,
            deduction=Deduction(
                redeemed=redeemed,
                invoice=net + tax,
                transfer=redeemed - net - tax,
                due_on=date(2026, 11, 4),
                account=masked_iban("FR1420041010050500013M02606" if french else "ES9121000418450200051332"),
                reference="CHQ-2026-000418 Boreal" if french else "CHQ-2026-000418 Alba",
                redemptions=sum(line.redemptions for line in lines),
            ),
            contract="3",
            notes=FRENCH_NOTES if french else (),
            qr=qr,
        )
    )
