"""Values as templates show them: books, offers, states, maps. Words are translated here, nothing is decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from babel.lists import format_list
from flask_babel import get_locale
from markupsafe import Markup

from storefront.covers import cover
from storefront.links import book_path, bookshop_path, cover_path, reserve_path
from storefront.wording import form_name
from trade.availability.queries import Offer
from trade.availability.rules import MODULES, WORDS, Label
from trade.base.tenancy import Profile
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.members.rules import book_address
from web.language import km, money, short_day, since
from web.words import gettext as _
from web.words import ngettext

MEANINGS = {
    Label.ON_SHELF: N_("A copy is in the bookshop; you can reserve it."),
    Label.SHORT_TERM: N_("A distributor of the bookshop has it."),
    Label.PRINT_ON_DEMAND: N_("It is printed when it is ordered."),
    Label.OTHER_BOOKSHOP: N_("The bookshop asks another one for it."),
    Label.PRESALE: N_("It is not published yet; it is served from its date on."),
    Label.DELEGATED: N_("A distributor sends it in the bookshop’s name."),
}
DAY = 24
"""Hours."""
SHAPES = {"open": "●", "working": "◐", "done": "✓", "refused": "✕", "late": "▲", "past": "–"}


class LabelShown(NamedTuple):
    """One of the six words of availability; its shape is drawn from the key."""

    key: str
    words: str
    meaning: str = ""


class BookShown(NamedTuple):
    """A book in a list or on its page."""

    isbn: str
    title: str
    subtitle: str
    authors: str
    edition: str
    price_cents: int | None
    url: str
    image: str = ""


class OfferShown(NamedTuple):
    """A bookshop that can serve a book."""

    number: int
    name: str
    slug: str
    url: str
    label: LabelShown
    on_shelf: bool
    where: str
    near_note: str
    street: str
    note: str
    stale: bool
    age: str
    is_yours: bool
    reserve_url: str
    buy_url: str = ""


class CardShown(NamedTuple):
    """A book under its cover, with where it is nearest."""

    url: str
    book: BookShown
    offer: OfferShown | None


class StateShown(NamedTuple):
    """A state as word, shape and tone."""

    tone: str
    shape: str
    words: str


def label_shown(label: Label) -> LabelShown:
    """A label with its words, in the reader's language."""
    return LabelShown(label.value, _(WORDS[label]), _(MEANINGS[label]))


def every_label(network: Profile) -> list[LabelShown]:
    """The labels that this network can say, for the legend: all six where it runs every module (T150)."""
    return [label_shown(label) for label in Label if label not in MODULES or network.has(MODULES[label])]


def names(people: Iterable[str]) -> str:
    """People as a list in words: “Ana, Luis y Eva”."""
    return format_list([person for person in people if person], locale=get_locale())


def book_shown(book: Book, cover_sha: str = "", size: str = "small") -> BookShown:
    """A book with its authors and edition in words; ``cover_sha`` where it has a picture (one of two sizes)."""
    return BookShown(
        isbn=f"{book.isbn:013d}",
        title=book.title,
        subtitle=book.subtitle,
        authors=names(author.name for author in book.authors),
        edition=edition(book),
        price_cents=book.price_cents,
        url=book_path(book.isbn),
        image=cover_path(book.isbn, cover_sha, size) if cover_sha else "",
    )


def edition(book: Book) -> str:
    """Publisher, year, format and pages as far as they are known."""
    parts = [book.publisher, str(book.year or ""), form_name(book.form).lower()]
    if book.pages:
        parts.append(ngettext("%(num)s page", "%(num)s pages", book.pages))
    return ", ".join(part for part in parts if part)


def cover_of(book: BookShown, decorative: bool = False, lazy: bool = True) -> Markup:
    """The cover of a book: its picture where there is one, else drawn from its title."""
    if not book.image:
        return cover(book.isbn, book.title, book.authors, decorative=decorative)
    words = "" if decorative else ", ".join(part for part in (book.title, book.authors) if part)
    loading = Markup(' loading="lazy"') if lazy else Markup(' fetchpriority="high"')
    return Markup(
        '<img class="cover cover-picture" src="{}" alt="{}" width="200" height="300" decoding="async"{}>'
    ).format(book.image, words, loading)


def whereabouts(name: str, city: str, kilometres: float | None) -> str:
    """A bookshop with how far it is, or with its town where no place was given."""
    if kilometres is None:
        return _("%(bookshop)s, in %(city)s", bookshop=name, city=city) if city else name
    return _("%(bookshop)s, %(distance)s away", bookshop=name, distance=km(kilometres))


def copies(number: int) -> str:
    """How many copies are there."""
    return ngettext("%(num)s copy", "%(num)s copies", number)


def ready(offer: Offer) -> str:
    """When the reader can have it, as far as anybody said (hours of the distributor, the day of a presale)."""
    detail = offer.detail
    if offer.label is Label.PRESALE:
        return _("served from %(day)s on", day=short_day(detail.release)) if detail.release else ""
    if offer.label is Label.OTHER_BOOKSHOP:
        return _("the bookshop tells you when it is there")
    if detail.from_hours is None or detail.to_hours is None:
        return ""
    first, last = max(-(-detail.from_hours // DAY), 1), max(-(-detail.to_hours // DAY), 1)
    if first == last:
        return ngettext("ready in %(num)s day", "ready in %(num)s days", last)
    return _("ready in %(first)s to %(last)s days", first=first, last=last)


def how(offer: Offer) -> str:
    """What stands behind a label: copies, by when and from whom, the day of a presale, what the service costs."""
    detail = offer.detail
    parts = []
    if offer.label is Label.ON_SHELF:
        parts.append(copies(offer.copies))
    elif offer.label is Label.OTHER_BOOKSHOP and detail.source:
        parts.append(_("from %(bookshop)s", bookshop=detail.source))
    elif offer.label is Label.DELEGATED and detail.answered_at:
        parts.append(
            _("%(copies)s at the distributor %(ago)s", copies=copies(detail.copies), ago=since(detail.answered_at))
        )
    parts.append(ready(offer))
    if not detail.collected:
        parts.append(_("sent to your home only"))
    if detail.fee_cents:
        parts.append(_("%(amount)s for handling", amount=money(detail.fee_cents)))
    return ", ".join(part for part in parts if part)


def stock_age(file_at: Any, *, stale: bool) -> str:
    """How old the bookshop's stock is (A32)."""
    seen = _("Stock seen %(ago)s.", ago=since(file_at))
    return _("%(seen)s Call before you go.", seen=seen) if stale else seen


def offer_shown(
    offer: Offer,
    *,
    isbn: str,
    number: int = 1,
    yours: str = "",
    reservable: bool = False,
    street: str = "",
    web_shop: str = "",
) -> OfferShown:
    """An offer in words; ``yours`` is the slug of the chosen bookshop, ``web_shop`` how its own addresses are made.

    Only a copy on the shelf can be reserved: nothing else can be set aside.
    """
    near = ", ".join(
        part for part in (km(offer.kilometres) if offer.kilometres is not None else "", offer.city) if part
    )
    return OfferShown(
        number=number,
        name=offer.name,
        slug=offer.slug,
        url=bookshop_path(offer.slug),
        label=label_shown(offer.label),
        on_shelf=offer.label is Label.ON_SHELF,
        where=whereabouts(offer.name, offer.city, offer.kilometres),
        near_note=near,
        street=street,
        note=how(offer),
        stale=offer.stale and offer.label is Label.ON_SHELF,
        age=stock_age(offer.file_at, stale=offer.stale) if offer.label is Label.ON_SHELF and offer.file_at else "",
        is_yours=offer.slug == yours,
        reserve_url=reserve_path(isbn, offer.slug) if reservable and offer.label is Label.ON_SHELF else "",
        buy_url=book_address(web_shop, isbn=isbn),
    )


def card_shown(book: Book, offer: Offer | None = None, cover_sha: str = "") -> CardShown:
    """A book for a row of covers."""
    told = book_shown(book, cover_sha)
    return CardShown(told.url, told, offer_shown(offer, isbn=told.isbn) if offer else None)


def state_shown(words: str, tone: str) -> StateShown:
    """A state of the domain as it is shown."""
    return StateShown(tone, SHAPES[tone], _(words))
