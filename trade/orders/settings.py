"""Settings of orders: taking part, the deadline of each phase, fees, withdrawal (T125, T126, T145)."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

UNITS = (("working_days", N_("working days")), ("working_hours", N_("working hours")))

ON = declare(
    Setting(
        key="sales.on",
        kind="boolean",
        label=N_("Online orders"),
        help=N_("Readers buy in your bookshop on the network and collect the books or have them delivered."),
        default=False,
        scopes=("bookshop",),
        section="options",
        editor="owner",
    )
)


def _allowance(name: str, label: str, help_: str) -> tuple[Setting, Setting]:
    """The two settings of a phase's deadline: how much, and of what. New orders only (T145)."""
    amount = Setting(
        key=f"sales.{name}_amount", kind="integer", label=label, help=help_, minimum=1, maximum=80, section="sales"
    )
    unit = Setting(
        key=f"sales.{name}_unit",
        kind="choice",
        label=N_("Counted in"),
        help=N_("Working days end at the same hour; working hours run only while deadlines run."),
        choices=UNITS,
        section="sales",
    )
    return declare(amount), declare(unit)


ACCEPT = _allowance("accept", N_("Time to accept an order"), N_("From the payment until the bookshop accepts."))
SEND_SHELF = _allowance(
    "send_shelf", N_("Time to send from the shelf"), N_("From accepting until everything is sent or ready to collect.")
)
SEND_SUPPLIER = _allowance(
    "send_supplier",
    N_("Time to send what a distributor supplies"),
    N_("From accepting, where at least one book comes from a distributor."),
)
SEND_BOOKSHOP = _allowance(
    "send_bookshop",
    N_("Time to send what another bookshop supplies"),
    N_("From accepting, where at least one book comes from another bookshop."),
)
SEND_PRESALE = _allowance(
    "send_presale", N_("Time to send a presale"), N_("From the day of publication, where a book was sold before it.")
)

PAYMENT_MINUTES = declare(
    Setting(
        key="sales.payment_minutes",
        kind="integer",
        label=N_("Time to pay"),
        help=N_("So long the copies are kept for a reader who is paying."),
        unit=N_("minutes"),
        minimum=30,
        maximum=1_440,
        section="sales",
    )
)

GUESTS = declare(
    Setting(
        key="sales.guests",
        kind="boolean",
        label=N_("Order without an account"),
        help=N_("Readers order with their e-mail address alone and follow the order by a link."),
        section="sales",
    )
)

COLLECT_DAYS = declare(
    Setting(
        key="sales.collect_days",
        kind="integer",
        label=N_("Days to collect an order"),
        help=N_("How many days books that were paid are kept ready for the reader."),
        unit=N_("days"),
        minimum=1,
        maximum=90,
        section="sales",
    )
)

LAST_RESORT_FEE = declare(
    Setting(
        key="sales.last_resort_fee",
        kind="money",
        label=N_("Management fee where only another bookshop has the book"),
        help=N_("Charged where neither you nor your trusted distributors have it: 0.00 to 4.40 euros."),
        default=0,
        minimum=0,
        maximum=440,
        scopes=("bookshop",),
        section="supply",
        editor="owner",
    )
)

FEE_MULTIPLICITY = declare(
    Setting(
        key="sales.fee_multiplicity",
        kind="choice",
        label=N_("How often a management fee is charged"),
        help=N_("Where several books of an order come from suppliers that charge one."),
        choices=(
            ("source", N_("once for each supplier")),
            ("line", N_("once for each title")),
            ("max", N_("the highest one only")),
        ),
        default="source",
        section="sales",
    )
)

WITHDRAWAL_DAYS = declare(
    Setting(
        key="sales.withdrawal_days",
        kind="integer",
        label=N_("Days to withdraw from an order"),
        help=N_("Counted from the day the reader has the books; the law demands at least 14."),
        unit=N_("days"),
        default=14,
        minimum=14,
        maximum=365,
        section="sales",
    )
)

COMMISSION = declare(
    Setting(
        key="sales.commission",
        kind="rate",
        label=N_("Commission on orders"),
        help=N_("Of the price without VAT of the books sold, where the platform collects; never of delivery."),
        unit="%",
        minimum=0,
        maximum=5_000,
        section="sales",
    )
)
