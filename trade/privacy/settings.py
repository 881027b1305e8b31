"""Settings of privacy: how long contact data stay with a bookshop and logs with the platform (domain.md 5.5)."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

CONTACT_DAYS = declare(
    Setting(
        key="privacy.contact_days",
        kind="integer",
        label=N_("Days a bookshop sees a reader's contact"),
        help=N_("Counted from the end of the reservation; afterwards name, address and telephone are removed from it."),
        default=90,
        unit=N_("days"),
        minimum=1,
        maximum=365,
        section="privacy",
    )
)
LOG_MONTHS = declare(
    Setting(
        key="privacy.log_months",
        kind="integer",
        label=N_("Months that mails are kept"),
        help=N_("Mails that were sent are deleted after so many months."),
        default=12,
        unit=N_("months"),
        minimum=1,
        maximum=12,
        section="privacy",
    )
)
SECURITY_DAYS = declare(
    Setting(
        key="privacy.security_days",
        kind="integer",
        label=N_("Days that attempts to sign in are kept"),
        help=N_("Attempts, ended sessions and links that no longer work are deleted after so many days."),
        default=30,
        unit=N_("days"),
        minimum=1,
        maximum=180,
        section="privacy",
    )
)
