"""The answers of every route, written by hand: who may, what it answers, and what a foreign or absent id gets.

``answer`` is for who may and names a thing of their own (with an empty form where the method is POST: it is
shown again with its errors, 200, or led on, 302). ``foreign`` is for who may, but names the other side's thing.
``absent`` is for an id that nothing has; garbage gets it too, or 404. Whoever may not is led to the door when
not signed in, and gets 403 when signed in. A POST without its token is 400 for who may. A dash: has no ids.

This table is not made from the permission table, and must never be: it is the second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = {
    "everybody": {
        "anonymous", "clara", "bruno", "alba_owner", "alba_clerk", "boreal_owner", "emilio", "dora", "ada",
    },
    "signed-in": {"clara", "bruno", "alba_owner", "alba_clerk", "boreal_owner", "emilio", "dora", "ada"},
    "bookshops": {"alba_owner", "alba_clerk", "boreal_owner"},
    "owners": {"alba_owner", "boreal_owner"},
    "staff": {"dora", "ada"},
    "administrators": {"ada"},
    "money": {"emilio", "ada"},
    "closers": {"ada"},
}  # fmt: skip

# endpoint                        method  who             answer  foreign absent
TABLE = """
static                            GET     everybody       200     -       404
storefront.static                 GET     everybody       200     -       404
backoffice.static                 GET     everybody       200     -       404
health.healthz                    GET     everybody       200     -       -

public.home                       GET     everybody       200     -       -
public.search                     GET     everybody       200     -       -
public.suggest                    GET     everybody       200     -       -
public.book                       GET     everybody       200     -       404
public.book_shops                 GET     everybody       200     -       404
public.cover                      GET     everybody       200     -       404
public.bookshops                  GET     everybody       200     -       -
public.bookshop                   GET     everybody       200     -       404
public.bookshop_books             GET     everybody       200     -       404
public.choose_bookshop            POST    everybody       302     -       404
public.reserve                    GET     signed-in       200     -       404
public.reserve                    POST    signed-in       302     -       404
public.buy                        GET     everybody       302     -       404
public.basket                     GET     everybody       200     -       -
public.change_basket              POST    everybody       302     -       404
public.compare_basket             GET     everybody       200     -       -
public.institutions               GET     everybody       200     -       -
public.help                       GET     everybody       200     -       -
public.legal                      GET     everybody       200     -       404
public.ranking                    GET     everybody       200     -       -
public.accessibility              GET     everybody       200     -       -
public.security                   GET     everybody       200     -       -
public.stock_file                 GET     everybody       200     -       -
public.stock_file_download        GET     everybody       200     -       -
public.stock_file_spreadsheet     GET     everybody       200     -       -
public.robots                     GET     everybody       200     -       -
public.sitemap                    GET     everybody       200     -       -
public.sitemap_of_pages           GET     everybody       200     -       -
public.sitemap_of_books           GET     everybody       200     -       404

door.sign_in                      GET     everybody       200     -       -
door.sign_in                      POST    everybody       200     -       -
door.sign_out                     POST    everybody       302     -       -
door.second_factor                GET     everybody       302     -       -
door.second_factor                POST    everybody       302     -       -
door.register                     GET     everybody       200     -       -
door.register                     POST    everybody       200     -       -
door.send_verification            POST    signed-in       302     -       -
door.verify                       GET     everybody       200     -       410
door.verify                       POST    everybody       302     -       410
door.recover                      GET     everybody       200     -       -
door.recover                      POST    everybody       200     -       -
door.reset                        GET     everybody       200     -       410
door.reset                        POST    everybody       200     -       410
door.invitation                   GET     everybody       200     -       410
door.invitation                   POST    everybody       200     -       410
checkout.review                   GET     everybody       302     -       -
checkout.review                   POST    everybody       302     -       -
order.page                        GET     everybody       404     -       404
order.pay                         POST    everybody       404     -       404
order.cancel                      POST    everybody       404     -       404
order.withdraw                    GET     everybody       200     -       -
order.withdraw                    POST    everybody       200     -       -
order.withdraw_from               GET     everybody       404     -       404
order.withdraw_from               POST    everybody       404     -       404
order.returned                    GET     everybody       404     -       404

join.apply                        GET     everybody       200     -       -
join.apply                        POST    everybody       200     -       -
join.questionnaire                GET     everybody       200     -       410
join.questionnaire                POST    everybody       302     -       410

hooks.stripe_event                POST    everybody       404     -       404
exchange.push                     PUT     everybody       401     -       -
exchange.push                     POST    everybody       401     -       -
exchange.status                   GET     everybody       401     -       401
exchange.stocks                   GET     everybody       401     -       401

account.home                      GET     signed-in       200     -       -
account.consents                  POST    signed-in       302     -       -
account.delete                    GET     signed-in       200     -       -
account.ask_to_delete             POST    signed-in       302     -       -
account.withdraw                  POST    signed-in       302     -       -
account.profile                   GET     signed-in       200     -       -
account.profile                   POST    signed-in       200     -       -
account.export                    POST    signed-in       200     -       -
account.password                  GET     signed-in       200     -       -
account.password                  POST    signed-in       200     -       -
account.orders                    GET     signed-in       302     -       -
account.reservations              GET     signed-in       302     -       -
account.reservation               GET     signed-in       200     404     404
account.cancel                    POST    signed-in       302     404     404
account.second_step               GET     signed-in       200     -       -
account.second_step_begin         POST    signed-in       200     -       -
account.second_step_confirm       POST    signed-in       200     -       -
account.second_step_off           POST    signed-in       200     -       -

office_today.index                GET     bookshops       200     -       -
office_today.switch               POST    bookshops       302     404     404
office_terms.index                GET     bookshops       302     -       -
office_terms.accept               POST    owners          302     -       -
office_help.index                 GET     bookshops       200     -       -
office_later.index                GET     bookshops       200     -       -
office_later.activities           GET     bookshops       200     -       -
office_later.trade                GET     bookshops       200     -       -
office_later.sales                GET     bookshops       200     -       -
office_later.back_room            GET     bookshops       200     -       -
office_later.shelves              GET     bookshops       200     -       -
office_later.shop_page            GET     bookshops       200     -       -
office_profile.index              GET     bookshops       200     -       -
office_profile.name_              POST    bookshops       200     -       -
office_profile.password           POST    bookshops       200     -       -
office_profile.second_factor      GET     bookshops       302     -       -
office_profile.second_factor      POST    bookshops       200     -       -
office_profile.switch_off         POST    bookshops       200     -       -
office_reservations.index_view    GET     bookshops       200     -       -
office_reservations.export        GET     bookshops       200     -       404
office_reservations.action_view   POST    bookshops       404     -       -
office_reservations.page          GET     bookshops       200     404     404
office_reservations.take          POST    bookshops       302     404     404
office_reservations.notify        POST    bookshops       302     404     404
office_reservations.reject        POST    bookshops       302     404     404
office_reservations.collect       POST    bookshops       302     404     404
office_reservations.lapse         POST    bookshops       302     404     404
office_sales.index_view           GET     bookshops       200     -       -
office_sales.export               GET     bookshops       200     -       404
office_sales.action_view          POST    bookshops       404     -       -
office_sale.index                 GET     bookshops       302     -       -
office_sale.picking_list          GET     bookshops       200     -       -
office_sale.page                  GET     bookshops       200     404     404
office_sale.packing_slip          GET     bookshops       200     404     404
office_sale.again                 POST    bookshops       200     404     404
office_sale.pick                  POST    bookshops       200     404     404
office_sale.refuse_copies         POST    bookshops       200     404     404
office_sale.take                  POST    bookshops       302     404     404
office_sale.send                  POST    bookshops       200     404     404
office_sale.notify                POST    bookshops       200     404     404
office_sale.reject                POST    bookshops       200     404     404
office_sale.collected             POST    bookshops       200     404     404
office_sale.withdrawal            POST    bookshops       302     404     404
office_stock.index                GET     bookshops       200     -       -
office_stock.upload               POST    bookshops       200     -       -
office_stock.model                GET     bookshops       200     -       -
office_stock.model_spreadsheet    GET     bookshops       200     -       -
office_stock.titles               GET     bookshops       200     -       -
office_stock.price_errors         GET     bookshops       200     -       -
office_stock.rare                 GET     bookshops       200     -       -
office_stock.why                  GET     bookshops       200     -       -
office_stock.accept_price         POST    bookshops       302     -       302
office_stock.ask_price_again      POST    bookshops       302     -       302
office_stock.mark_rare            POST    bookshops       404     -       404
office_stock.run                  GET     bookshops       200     404     404
office_stock.back                 GET     bookshops       200     -       -
office_stock.lines                GET     bookshops       200     404     404
office_stock.apply                POST    bookshops       200     404     404
office_stock.replay               POST    bookshops       302     404     404
office_stock.revert               POST    bookshops       302     404     404
office_stock.reject               POST    bookshops       302     404     404
office_supply.index               GET     owners          200     -       -
office_supply.trust               POST    owners          302     -       404
office_supply.last_resort         POST    owners          302     -       -
office_supply.arrange             POST    owners          302     -       -
office_supply.set_option          POST    owners          302     -       404
office_calendar.index             GET     bookshops       200     -       -
office_calendar.choose            GET     bookshops       200     -       -
office_calendar.draft_closing_day GET     bookshops       200     -       -
office_calendar.add_closing_day   POST    bookshops       200     -       -
office_calendar.remove_closing_day POST   bookshops       302     404     404
office_calendar.add_holidays      POST    bookshops       302     -       -
office_calendar.draft_vacation    GET     bookshops       200     -       -
office_calendar.add_vacation      POST    bookshops       200     -       -
office_calendar.remove_vacation   POST    bookshops       302     404     404
office_arrival.index              GET     bookshops       200     -       -
office_arrival.format             POST    bookshops       200     -       -
office_arrival.make_key           POST    owners          200     -       -
office_arrival.revoke_key         POST    owners          302     404     404
office_arrival.pull               POST    owners          302     -       -
office_arrival.test_pull          POST    owners          302     -       -
office_arrival.pull_now           POST    owners          302     -       -
office_arrival.number             POST    owners          302     -       -
office_cheques.index              GET     bookshops       302     -       -
office_cheques.redeem             GET     bookshops       200     -       -
office_cheques.look_up            POST    bookshops       200     -       -
office_cheques.redeem_now         POST    bookshops       200     -       -
office_cheques.redeemed           GET     bookshops       200     -       -
office_cheques.undo               POST    bookshops       302     404     404
office_cheques.invoices           GET     owners          200     -       -
office_money.index                GET     owners          200     -       -
office_money.month                GET     owners          200     -       404
office_money.statement            GET     owners          200     -       404
office_money.invoice              GET     owners          200     404     404
office_settings.index             GET     owners          302     -       -
office_settings.basic             GET     owners          200     -       -
office_settings.basic             POST    owners          200     -       -
office_settings.billing           GET     owners          200     -       -
office_settings.billing           POST    owners          200     -       -
office_settings.location          GET     owners          200     -       -
office_settings.location          POST    owners          200     -       -
office_settings.thresholds        GET     owners          200     -       -
office_settings.thresholds        POST    owners          302     -       -
office_settings.options           GET     owners          200     -       -
office_settings.set_option        POST    owners          302     -       404
office_settings.payments          GET     owners          200     -       -
office_settings.payments          POST    owners          200     -       -
office_collecting.index           GET     owners          200     -       -
office_collecting.connect         POST    owners          200     -       -
office_carriers.index             GET     owners          302     -       -
office_carriers.page              GET     owners          200     -       404
office_carriers.page              POST    owners          200     -       404
office_carriers.check             POST    owners          302     -       404
office_carriers.off               POST    owners          404     -       404
office_collecting.check           POST    owners          404     -       -
office_collecting.off             POST    owners          302     -       -
office_incidents.index            GET     bookshops       200     -       -
office_incidents.again            POST    owners          302     404     404
office_incidents.done             POST    owners          302     404     404
office_settings.history           GET     owners          200     -       -
office_back_room.index            GET     owners          200     -       -
office_back_room.open             POST    owners          302     -       -
office_back_room.delegate         POST    owners          404     -       404
office_back_room.arrange          POST    owners          302     -       -
office_presales.index             GET     owners          200     -       -
office_presales.take_part         POST    owners          404     -       404
office_web_shop.index             GET     owners          200     -       -
office_web_shop.index             POST    owners          302     -       -
office_people.index               GET     owners          200     -       -
office_people.invite              POST    owners          200     -       -
office_people.remove              POST    owners          302     404     404

staff_now.index                   GET     staff           200     -       -
staff_find.index                  GET     staff           200     -       -
staff_components.index            GET     staff           200     -       -
staff_components.index            POST    staff           200     -       -
staff_profile.index               GET     staff           200     -       -
staff_profile.name_               POST    staff           200     -       -
staff_profile.password            POST    staff           200     -       -
staff_profile.second_factor       GET     staff           302     -       -
staff_profile.second_factor       POST    staff           200     -       -
staff_profile.switch_off          POST    staff           200     -       -
staff_applications.index          GET     staff           200     -       -
staff_applications.import_        GET     staff           200     -       -
staff_applications.import_        POST    staff           200     -       -
staff_applications.model          GET     staff           200     -       -
staff_applications.requirements   GET     staff           200     -       -
staff_applications.requirements   POST    staff           200     -       -
staff_applications.retire         POST    staff           302     -       404
staff_members.index_view          GET     staff           200     -       -
staff_members.export              GET     staff           200     -       404
staff_members.action_view         POST    staff           404     -       -
staff_members.file                GET     staff           200     -       404
staff_members.ask                 POST    staff           302     -       404
staff_members.move                POST    staff           200     -       404
staff_members.resend_access       POST    staff           302     -       404
staff_members.stored_file         GET     staff           200     -       404
staff_members.tick                POST    staff           302     -       404
staff_feeds.index                 GET     staff           200     -       -
staff_feeds.logs                  POST    staff           302     -       -
staff_runs.index_view             GET     staff           200     -       -
staff_runs.export                 GET     staff           200     -       404
staff_runs.action_view            POST    staff           404     -       -
staff_runs.run                    GET     staff           200     -       404
staff_runs.lines                  GET     staff           200     -       404
staff_runs.replay                 POST    staff           302     -       404
staff_runs.back                   GET     staff           200     -       404
staff_runs.revert                 POST    staff           302     -       404
staff_runs.reject                 POST    staff           302     -       404
staff_runs.release                POST    staff           302     -       404
staff_formats.index               GET     staff           200     -       -
staff_formats.add                 POST    staff           200     -       -
staff_formats.adapter             GET     staff           200     -       404
staff_formats.kind                POST    staff           302     -       404
staff_formats.describe            POST    staff           302     -       404
staff_formats.sample              POST    staff           302     -       404
staff_formats.test                POST    staff           302     -       404
staff_formats.use                 POST    staff           302     -       404
staff_formats.retire              POST    staff           302     -       404
staff_books.index_view            GET     staff           200     -       -
staff_books.export                GET     staff           200     -       404
staff_books.action_view           POST    staff           404     -       -
staff_books.book                  GET     staff           200     -       404
staff_books.price                 POST    staff           200     -       404
staff_books.follow                POST    staff           302     -       404
staff_books.put_cover             POST    staff           302     -       404
staff_books.drop_cover            POST    staff           302     -       404
staff_catalogue.index             GET     staff           200     -       -
staff_catalogue.upload            POST    staff           200     -       -
staff_catalogue.covers            POST    staff           302     -       -
staff_catalogue.run               GET     staff           200     -       404
staff_catalogue.move              POST    staff           404     -       404
staff_catalogue.connect           POST    staff           302     -       404
staff_catalogue.disconnect        POST    staff           302     -       404
staff_distributors.index          GET     staff           200     -       -
staff_distributors.create         GET     staff           200     -       -
staff_distributors.create         POST    staff           200     -       -
staff_distributors.page           GET     staff           200     -       404
staff_distributors.page           POST    staff           200     -       404
staff_presales.index              GET     staff           200     -       -
staff_presales.index              POST    staff           200     -       -
staff_presales.move               POST    staff           404     -       404
staff_distributors.feed           POST    staff           200     -       404
staff_distributors.run            GET     staff           404     -       404
staff_distributors.load           POST    staff           200     -       404
staff_orders.index_view           GET     staff           200     -       -
staff_orders.export               GET     staff           200     -       404
staff_orders.action_view          POST    staff           404     -       -
staff_order.index                 GET     staff           302     -       -
staff_order.page                  GET     staff           200     -       404
staff_order.again                 POST    staff           200     -       404
staff_tariffs.index               GET     administrators  200     -       -
staff_tariffs.create              GET     administrators  200     -       -
staff_tariffs.create              POST    administrators  200     -       -
staff_tariffs.table               GET     administrators  200     -       404
staff_tariffs.withdraw            POST    administrators  302     -       404
staff_campaigns.index             GET     staff           200     -       -
staff_campaigns.create            GET     staff           200     -       -
staff_campaigns.create            POST    staff           200     -       -
staff_campaigns.campaign          GET     staff           200     -       404
staff_campaigns.issue             POST    staff           200     -       404
staff_campaigns.drop              POST    staff           302     -       404
staff_cheques.index_view          GET     staff           200     -       -
staff_cheques.export              GET     staff           200     -       404
staff_cheques.action_view         POST    staff           404     -       -
staff_cheques.cheque              GET     staff           200     -       404
staff_cheques.block               POST    staff           200     -       404
staff_cheques.undo                POST    staff           200     -       404
staff_legal.index_view            GET     staff           200     -       -
staff_legal.export                GET     staff           200     -       404
staff_legal.action_view           POST    staff           404     -       -
staff_legal.draft                 GET     staff           200     -       404
staff_legal.draft                 POST    staff           200     -       404
staff_legal.text                  GET     staff           200     -       404
staff_legal.edit                  GET     staff           200     -       404
staff_legal.edit                  POST    staff           200     -       404
staff_legal.publish               POST    staff           200     -       404
staff_emails.index                GET     staff           200     -       -
staff_emails.edit                 GET     staff           200     -       404
staff_emails.edit                 POST    staff           200     -       404
staff_outbox.index_view           GET     staff           200     -       -
staff_outbox.export               GET     staff           200     -       404
staff_outbox.action_view          POST    staff           404     -       -
staff_outbox.mail                 GET     staff           200     -       404
staff_erasures.index_view         GET     staff           200     -       -
staff_erasures.export             GET     staff           200     -       404
staff_erasures.action_view        POST    staff           404     -       -
staff_erasures.ask                GET     staff           200     -       -
staff_erasures.ask                POST    staff           200     -       -
staff_erasures.deletion           GET     staff           200     -       404
staff_erasures.move               POST    staff           302     -       404
staff_erasures.certificate        GET     staff           404     -       404

staff_carriers.index              GET     administrators  200     -       -
staff_carriers.page               GET     administrators  200     -       404
staff_carriers.page               POST    administrators  404     -       404
staff_carriers.check              POST    administrators  302     -       404
staff_carriers.off                POST    administrators  404     -       404
staff_payments.index              GET     administrators  200     -       -
staff_payments.connect            POST    administrators  404     -       -
staff_payments.check              POST    administrators  404     -       -
staff_payments.off                POST    administrators  404     -       -
staff_settings.index              GET     administrators  302     -       -
staff_settings.section            GET     administrators  200     -       404
staff_settings.section            POST    administrators  302     -       404
staff_settings.history            GET     administrators  200     -       404
staff_people.index_view           GET     administrators  200     -       -
staff_people.export               GET     administrators  200     -       404
staff_people.action_view          POST    administrators  404     -       -
staff_people.invite               GET     administrators  200     -       -
staff_people.invite               POST    administrators  200     -       -
staff_people.person               GET     administrators  200     -       404
staff_people.grant                POST    administrators  400     -       404
staff_people.take                 POST    administrators  302     -       404
staff_people.end                  POST    administrators  302     -       404
staff_jobs.index_view             GET     administrators  200     -       -
staff_jobs.export                 GET     administrators  200     -       404
staff_jobs.action_view            POST    administrators  404     -       -
staff_jobs.job                    GET     administrators  200     -       404
staff_jobs.retry                  POST    administrators  302     -       404
staff_journal.index_view          GET     administrators  200     -       -
staff_journal.export              GET     administrators  200     -       404
staff_journal.action_view         POST    administrators  404     -       -
staff_months.index                GET     administrators  200     -       -
staff_months.month                GET     administrators  200     -       404
staff_months.close                POST    administrators  200     -       -
staff_transfers.index             GET     administrators  200     -       -
staff_transfers.batch             GET     administrators  200     -       404
staff_transfers.approve           POST    administrators  302     -       404
staff_transfers.paid              POST    administrators  302     -       404
staff_transfers.sepa              GET     administrators  404     -       404

ledger_months.index               GET     money           200     -       -
ledger_months.month               GET     money           200     -       404
ledger_months.close               POST    closers         302     -       404
ledger_months.open_further        POST    closers         302     -       404
ledger_months.pack                GET     money           200     -       404
ledger_months.statement           GET     money           200     -       404
ledger_months.approve             POST    money           302     -       404
ledger_months.paid                POST    money           302     -       404
ledger_months.sepa                GET     money           404     -       404
ledger_invoices.index_view        GET     money           200     -       -
ledger_invoices.export            GET     money           200     -       404
ledger_invoices.action_view       POST    money           404     -       -
ledger_invoices.pdf               GET     money           200     -       404
ledger_accounts.index             GET     money           200     -       -
ledger_entries.index_view         GET     money           200     -       -
ledger_entries.export             GET     money           200     -       404
ledger_entries.action_view        POST    money           404     -       -
ledger_profile.index              GET     money           200     -       -
ledger_profile.name_              POST    money           200     -       -
ledger_profile.password           POST    money           200     -       -
ledger_profile.second_factor      GET     money           302     -       -
ledger_profile.second_factor      POST    money           200     -       -
ledger_profile.switch_off         POST    money           200     -       -
"""
# Roles to whom a route of theirs answers otherwise than the table says, and why.
OTHERWISE = {
    ("door.sign_in", "GET", "signed-in"): "302",  # who is in already is led on
    ("door.send_verification", "POST", "anonymous"): "door",
    ("door.second_factor", "GET", "anonymous"): "door",
    ("door.second_factor", "POST", "anonymous"): "door",
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    endpoint: str
    method: str
    who: str
    answer: str
    foreign: str
    absent: str

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.method} {self.endpoint}"

    def may(self, role: str) -> bool:
        """Whether the role is among those it is for."""
        return role in GROUPS[self.who]

    def expected(self, role: str, *, own: bool) -> str:
        """The answer the role gets for a thing of its own side, or of the other."""
        for (endpoint, method, who), answer in OTHERWISE.items():
            if (endpoint, method) == (self.endpoint, self.method) and role in GROUPS.get(who, {who}):
                return answer
        if not self.may(role):
            return "door" if role == "anonymous" else "403"
        return self.answer if own or self.foreign == "-" else self.foreign


ROWS = [Row(*line.split()) for line in TABLE.strip().splitlines() if line]
