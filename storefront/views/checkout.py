"""Review and pay: one page per order, at one bookshop, for exactly the total that is shown (F02, F03, T49)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from storefront import basket as kept
from storefront.comparing import obstacle
from storefront.consents import ConsentForm, offered, with_purposes
from storefront.forms import CheckoutForm
from storefront.frame import checkout, passed_bookshop, public
from storefront.operator import operator
from storefront.paying import address_to_pay
from storefront.shops import address_of
from storefront.views.basket import LineShown, lines_shown, wanted_mode, wanted_postcode
from trade.base.errors import NotFound, Refused
from trade.base.settings import value_of
from trade.base.tenancy import DOOR, TenantSession, session_for
from trade.catalogue.rules import isbn13
from trade.members.models import Bookshop
from trade.members.queries import billing_of, by_slug
from trade.orders.actions import Contact, Placed, place
from trade.orders.queries import Quote, quotes
from trade.orders.queries.quoting import Answers
from trade.orders.settings import GUESTS, WITHDRAWAL_DAYS
from trade.privacy.actions.consents import set_consent
from trade.shipping.rules import Mode
from web.database import clock, profile, session
from web.identity import engine, identity
from web.limits import limiter
from web.live import live_answers


class Wish(NamedTuple):
    """What is about to be ordered: where, how, which titles, and what distributors say of them now."""

    shop: Bookshop
    mode: Mode
    lines: list[LineShown]
    answers: Answers

    @property
    def basket(self) -> list[tuple[int, int]]:
        """The titles with their copies."""
        return [(int(line.book.isbn), line.copies) for line in self.lines]


class Seller(NamedTuple):
    """Who sells, by its legal name and tax number where it told them."""

    name: str
    tax_id: str
    address: str


@checkout.route("/checkout", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
def review() -> ResponseReturnValue:
    """The whole order before it is placed; a refusal is shown on the same page and nothing that was written is lost."""
    only, who = asked_for(), identity()
    live = live_answers([isbn for isbn, _copies in kept.contents() if only is None or isbn in only])
    work, at = session(), clock().now()
    lines = lines_shown(work, only)
    if not lines or not request.args.get("shop"):
        return redirect(url_for("public.basket"))
    if who is None and not value_of(work, GUESTS, at=at):
        return redirect(url_for("door.sign_in", next=request.full_path.rstrip("?")))
    wish = Wish(by_slug(work, slug=request.args["shop"]), wanted_mode(), lines, live)
    form = filled(wish)
    sent = form.validate_on_submit()
    if sent and form["buyer"].data == "institution":
        return redirect(url_for("public.institutions"))
    quote = quote_of(work, wish, form, at)
    if sent and request.form.get("step") == "order" and quote is not None:
        try:
            placed = ordered(work, wish, form, at)
        except NotFound:
            raise
        except Refused as refusal:
            work.rollback()
            form.refuse(refusal)
            quote = quote_of(work, wish, form, at)
        else:
            kept.take_out(isbn for isbn, _copies in wish.basket)
            return redirect(address_to_pay(payment_id=placed.payment.id, at=at) or link_to(placed))
    return render_template("checkout.html", **shown(work, wish, form, quote, at))


def asked_for() -> frozenset[int] | None:
    """The titles of the basket that go into this order; None for all of them."""
    written = request.args.get("books", "")
    try:
        return frozenset(isbn13(each) for each in written.split(",")) if written else None
    except Refused as refusal:
        raise NotFound() from refusal


def filled(wish: Wish) -> ConsentForm:
    """The form, with what is known of the reader; no consent is ever ticked beforehand (F47)."""
    who = identity()
    form = with_purposes(CheckoutForm, offered() if who else {})
    if request.method == "GET":
        form["name"].data, form["email"].data = (who.name, who.email) if who else ("", "")
        form["postcode"].data = wanted_postcode() if wish.mode == "delivery" else ""
    return form


def quote_of(work: TenantSession, wish: Wish, form: ConsentForm, at: datetime) -> Quote | None:
    """What it costs now; None for a delivery to nobody knows where."""
    postcode = (form["postcode"].data or "").strip() if wish.mode == "delivery" else ""
    if wish.mode == "delivery" and not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        return None
    return quotes(
        work,
        basket=wish.basket,
        bookshop_ids=[wish.shop.id],
        mode=wish.mode,
        postcode=postcode,
        at=at,
        answers=wish.answers,
    )[wish.shop.id]


def ordered(work: TenantSession, wish: Wish, form: ConsentForm, at: datetime) -> Placed:
    """Place the order for the total that stood on the page; ticked consents are kept with it."""
    agreed = str(form["agreed"].data or "")
    names = ("name", "email", "phone", "street", "street_more", "postcode", "city")
    placed = place(
        work,
        basket=wish.basket,
        bookshop_id=wish.shop.id,
        mode=wish.mode,
        contact=Contact(**{name: form[name].data or "" for name in names}),
        agreed_cents=int(agreed) if agreed.isascii() and agreed.isdigit() and len(agreed) < 12 else -1,
        locale=str(get_locale()),
        at=at,
        answers=wish.answers,
        brought_by_id=brought_by(work),
        note=form["note"].data or "",
    )
    who = identity()
    for purpose, words in form.ticked().items() if who else ():
        set_consent(
            work,
            person_id=who.person_id if who else 0,
            purpose=purpose,
            given=True,
            words=words,
            form="checkout",
            at=at,
        )
    work.commit()
    return placed


def brought_by(work: TenantSession) -> int | None:
    """The bookshop whose page was passed last in this session (T15, T31)."""
    slug = passed_bookshop()
    try:
        return by_slug(work, slug=slug).id if slug else None
    except NotFound:
        return None


def link_to(placed: Placed) -> str:
    """The order's page: by its link for a guest."""
    token = None if identity() else placed.token
    return url_for("order.page", reference=placed.order.reference, k=token)


def shown(work: TenantSession, wish: Wish, form: ConsentForm, quote: Quote | None, at: datetime) -> dict[str, object]:
    """What the page tells."""
    titles = {int(line.book.isbn): line.book.title for line in wish.lines}
    who = identity()
    return {
        "form": form,
        "shop": wish.shop,
        "address": ", ".join(address_of(wish.shop)),
        "mode": wish.mode,
        "lines": wish.lines,
        "quote": quote,
        "obstacle": obstacle(quote, titles) if quote else "",
        "seller": seller_of(wish.shop),
        "payee": wish.shop.name if profile().money_flow == "bookshop" else operator(work, at=at).name,
        "reader": who,
        "days": value_of(work, WITHDRAWAL_DAYS, at=at),
        "books": request.args.get("books"),
        "books_cents": sum(line.cents for line in wish.lines),
    }


def seller_of(shop: Bookshop) -> Seller:
    """The seller's identity, which the law wants before the order (TRLGDCU 97.1 b; Code de la consommation L221-5)."""
    with session_for(engine(), DOOR, profile()) as door:
        told = billing_of(door, bookshop_id=shop.id)
        address = ", ".join(part for part in (told.address, f"{told.postcode} {told.city}".strip()) if part)
        return Seller(told.legal_name or shop.name, told.tax_id, address or ", ".join(address_of(shop)))


@public.get("/institutions")
def institutions() -> ResponseReturnValue:
    """Libraries, schools and public bodies buy by other rules: they write to the network, paying nothing (F27)."""
    return render_template("institutions.html", operator=operator(session(), at=clock().now()))
