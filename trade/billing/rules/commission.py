"""The commission on redeemed gift cheques: grouped by channel and rate, rounded half up once a line (A23).

The worked example of the domain report: 50.00 redeemed at 5 % is 2.50, VAT of 21 % 0.53, so the invoice is
3.03 and the transfer 46.97. The rounding unit is the invoice's line, so that amount x rate = commission can
be checked on the paper by anybody with a pocket calculator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trade.base.money import share
from trade.billing.rules.document import CommissionLine


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """One redemption to settle: cents redeemed, the channel, and the rate in force when it happened."""

    cents: int
    channel: str
    rate: int


def commission_lines(redemptions: Iterable[Redeemed], *, vat_rate: int) -> tuple[CommissionLine, ...]:
    """The lines of the invoice: one for each channel and rate, in a fixed order."""
    groups: dict[tuple[str, int], list[int]] = {}
    for item in redemptions:
        groups.setdefault((item.channel, item.rate), []).append(item.cents)
    return tuple(
        CommissionLine(
            channel=channel,
            redemptions=len(cents),
            redeemed=sum(cents),
            rate=rate,
            net=share(sum(cents), rate),
            vat_rate=vat_rate,
        )
        for (channel, rate), cents in sorted(groups.items())
    )
