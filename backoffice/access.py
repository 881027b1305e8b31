"""The permission every address of the three areas demands (rule 5): endpoint, or ``blueprint.*`` -> permission.

An endpoint that is missing here stops the start-up (``web.access.guard``). The sentences of the
permissions stand in ``trade/accounts/permissions.py``. Keep the three parts apart and sorted as the menus are.
"""

from __future__ import annotations

SHARED = {
    "backoffice.static": "public",
}

STAFF = {
    "staff_now.*": "staff.enter",
    "staff_find.*": "staff.enter",
    "staff_applications.*": "staff.members",
    "staff_members.*": "staff.members",
    "staff_feeds.*": "staff.stock",
    "staff_runs.*": "staff.stock",
    "staff_formats.*": "staff.stock",
    "staff_books.*": "staff.catalogue",
    "staff_catalogue.*": "staff.catalogue",
    "staff_distributors.*": "staff.stock",
    "staff_presales.*": "staff.catalogue",
    "staff_orders.*": "staff.members",
    "staff_order.*": "staff.members",
    "staff_tariffs.*": "staff.rules",
    "staff_campaigns.*": "staff.cheques",
    "staff_cheques.*": "staff.cheques",
    "staff_months.*": "money.read",
    "staff_months.close": "money.close",
    "staff_transfers.*": "money.read",
    "staff_transfers.approve": "money.approve",
    "staff_transfers.paid": "money.approve",
    "staff_settings.*": "staff.rules",
    "staff_payments.*": "staff.rules",
    "staff_carriers.*": "staff.rules",
    "staff_legal.*": "staff.content",
    "staff_emails.*": "staff.content",
    "staff_outbox.*": "staff.content",
    "staff_erasures.*": "staff.privacy",
    "staff_people.*": "staff.people",
    "staff_jobs.*": "staff.system",
    "staff_journal.*": "staff.system",
    "staff_profile.*": "staff.enter",
    "staff_components.*": "staff.enter",
}

OFFICE = {
    "office_today.*": "office.enter",
    "office_reservations.*": "office.serve",
    "office_sales.*": "office.serve",
    "office_sale.*": "office.serve",
    "office_stock.*": "office.stock",
    "office_supply.*": "office.settings",
    "office_back_room.*": "office.settings",
    "office_presales.*": "office.settings",
    "office_arrival.*": "office.settings",
    "office_arrival.index": "office.stock",
    "office_arrival.format": "office.stock",
    "office_cheques.*": "office.serve",
    "office_cheques.invoices": "office.money",
    "office_money.*": "office.money",
    "office_calendar.*": "office.calendar",
    "office_settings.*": "office.settings",
    "office_settings.payments": "office.money",
    "office_carriers.*": "office.settings",
    "office_collecting.*": "office.money",
    "office_incidents.*": "office.serve",
    "office_incidents.again": "office.money",
    "office_incidents.done": "office.money",
    "office_web_shop.*": "office.settings",
    "office_people.*": "office.people",
    "office_terms.*": "office.enter",
    "office_help.*": "office.enter",
    "office_profile.*": "office.enter",
    "office_later.*": "office.enter",
}

LEDGER = {
    "ledger_months.*": "money.read",
    "ledger_months.close": "money.close",
    "ledger_months.open_further": "money.close",
    "ledger_months.approve": "money.approve",
    "ledger_months.paid": "money.approve",
    "ledger_invoices.*": "money.read",
    "ledger_accounts.*": "money.read",
    "ledger_entries.*": "money.read",
    "ledger_profile.*": "money.read",
}

ACCESS = {**SHARED, **STAFF, **OFFICE, **LEDGER}
