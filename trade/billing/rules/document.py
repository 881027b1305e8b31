"""An invoice as frozen plain data: what is stored when it is issued and printed ever after.

Amounts are whole cents, rates whole numbers per ten thousand (2100 = 21 %). Texts an operator typed stand
here as they were on the day; words of the form itself are translated by the paper in ``locale``. The shape
is stored as JSON: :func:`to_json` and :func:`from_json` are inverse, and both refuse sums that do not foot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from trade.base.money import share

COMMISSION_NAMES = ("counter", "orders")


class Unbalanced(ValueError):
    """The sums of a document do not foot; the message names the sum. Nothing may be issued or printed."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Issuer or recipient of an invoice, as the tax office knows them.

    ``tax_id`` is printed after ``tax_label`` (NIF, SIRET); ``vat_id`` carries its country prefix
    (ESB00000018, FR83404833048) and may be empty where the party has none; ``register_id`` is the number of
    the trade register (SIREN) under ``register_scheme`` of ISO 6523 (``0002``).
    """

    name: str
    tax_id: str
    tax_label: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str = ""
    register_id: str = ""
    register_scheme: str = ""
    email: str = ""
    phone: str = ""
    imprint: str = ""


@dataclass(frozen=True, kw_only=True)
class CommissionLine:
    """One line: what was redeemed by one channel at one rate, and the commission on it, rounded once."""

    channel: str
    redemptions: int
    redeemed: int
    rate: int
    net: int
    vat_rate: int


@dataclass(frozen=True, kw_only=True)
class VatLine:
    """VAT of one rate: base and tax, rounded once on the base of the whole invoice."""

    rate: int
    base: int
    tax: int


@dataclass(frozen=True, kw_only=True)
class Deduction:
    """How the bookshop is paid: ``transfer = redeemed - invoice`` (T69).

    ``account`` is the masked IBAN, empty while the bookshop has given none; ``reference`` is the text of the
    transfer and ``redemptions`` the number of lines in the statement that goes with the invoice.
    """

    redeemed: int
    invoice: int
    transfer: int
    due_on: date
    account: str
    reference: str
    redemptions: int


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A code the operator's setting asks for: its content and the words printed above and below it."""

    content: str
    heading: str
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class LegalNote:
    """A sentence the law of the operator's country demands, under its subject code of UNTDID 4451."""

    text: str
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class InvoiceDocument:
    """One commission invoice with everything that its paper and its Factur-X file say."""

    number: str
    issued_on: date
    created_at: datetime
    period_start: date
    period_end: date
    locale: str
    currency: str
    brand: str
    issuer: Party
    recipient: Party
    lines: tuple[CommissionLine, ...]
    vat: tuple[VatLine, ...]
    net: int
    tax: int
    total: int
    deduction: Deduction
    contract: str = ""
    notes: tuple[LegalNote, ...] = ()
    qr: QrCode | None = None
    logo_sha256: str = ""
    schema: int = field(default=1)


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One redemption of a statement: when (aware), its channel, the last signs of the cheque, a reference, cents."""

    at: datetime
    channel: str
    cheque: str
    reference: str
    cents: int


def vat_lines(lines: Iterable[CommissionLine]) -> tuple[VatLine, ...]:
    """The VAT of an invoice: one line a rate, each tax rounded half up once on that rate's base."""
    bases: dict[int, int] = {}
    for line in lines:
        bases[line.vat_rate] = bases.get(line.vat_rate, 0) + line.net
    return tuple(VatLine(rate=rate, base=base, tax=share(base, rate)) for rate, base in sorted(bases.items()))


def check(document: InvoiceDocument) -> InvoiceDocument:
    """The document itself, if every sum foots. Raises :class:`Unbalanced` naming the first that does not."""
    deduction = document.deduction
    for line in document.lines:
        _same("the commission of a line", line.net, share(line.redeemed, line.rate))
        if line.channel not in COMMISSION_NAMES:
            raise Unbalanced(f"No channel is called {line.channel}.")
    if document.vat != vat_lines(document.lines):
        raise Unbalanced("The VAT table does not follow from the lines.")
    _same("the net total", document.net, sum(line.net for line in document.lines))
    _same("the VAT total", document.tax, sum(line.tax for line in document.vat))
    _same("the invoice total", document.total, document.net + document.tax)
    _same("the deducted invoice", deduction.invoice, document.total)
    _same("the redeemed total", deduction.redeemed, sum(line.redeemed for line in document.lines))
    _same("the redemptions", deduction.redemptions, sum(line.redemptions for line in document.lines))
    _same("the transfer", deduction.transfer, deduction.redeemed - deduction.invoice)
    return document


def _same(what: str, stated: int, found: int) -> None:
    if stated != found:
        raise Unbalanced(f"{what} is stated as {stated} and is {found}.")


def numbered(document: InvoiceDocument, *, number: str, qr: QrCode | None = None) -> InvoiceDocument:
    """The same document under its number, which is taken last, just before the commit (safety.md R6).

    The number goes before the reference of the transfer as well; ``qr`` is the code that holds the number.
    """
    reference = f"{number} {document.deduction.reference}".strip()
    return replace(document, number=number, qr=qr, deduction=replace(document.deduction, reference=reference))


def to_json(document: InvoiceDocument) -> dict[str, Any]:
    """The document as a JSON object; dates and moments in ISO 8601. Raises Unbalanced."""
    return {key: _plain(value) for key, value in asdict(check(document)).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def from_json(data: Mapping[str, Any]) -> InvoiceDocument:
    """The document of a stored JSON object.

    Raises Unbalanced where the sums do not foot, TypeError for a missing or unknown field, ValueError for a
    shape of another version.
    """
    if data.get("schema") != 1:
        raise ValueError(f"Unknown shape of an invoice document: {data.get('schema')!r}.")
    parts: dict[str, Any] = dict(data)
    for name in ("issued_on", "period_start", "period_end"):
        parts[name] = date.fromisoformat(parts[name])
    parts["created_at"] = datetime.fromisoformat(parts["created_at"])
    parts["issuer"] = Party(**parts["issuer"])
    parts["recipient"] = Party(**parts["recipient"])
    parts["lines"] = tuple(CommissionLine(**line) for line in parts["lines"])
    parts["vat"] = tuple(VatLine(**line) for line in parts["vat"])
    parts["notes"] = tuple(LegalNote(**note) for note in parts["notes"])
    parts["qr"] = QrCode(**parts["qr"]) if parts["qr"] else None
    due_on = date.fromisoformat(parts["deduction"]["due_on"])
    parts["deduction"] = Deduction(**{**parts["deduction"], "due_on": due_on})
    return check(InvoiceDocument(**parts))
