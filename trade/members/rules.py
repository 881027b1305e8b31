"""Decisions about joining: who may be accepted, what is still missing, which address a bookshop gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from trade.base.errors import Refused
from trade.base.text import N_, Text

SLUG_LENGTH = 60
NAME_LENGTH = 120
REASON_LENGTH = 10
RESERVED_SLUGS = frozenset({"new", "edit", "search", "staff", "office", "ledger", "join", "all"})


def check_acceptance(*, part_of_chain: bool, override_reason: str) -> None:
    """A bookshop that is part of a chain is accepted only with a reason written by staff (F04). Raises Refused."""
    if part_of_chain and len(override_reason.strip()) < REASON_LENGTH:
        raise Refused(
            N_(
                "This bookshop is part of a chain. The network is for independent bookshops: "
                "to accept it all the same, write why (at least %(length)s letters)."
            ),
            field="override_reason",
            length=REASON_LENGTH,
        )


def next_after_acceptance(*, network_has_fee: bool) -> str:
    """The name of the move that follows the acceptance: France has no fee step."""
    return "demand_fee" if network_has_fee else "demand_texts"


_SPELT_OUT = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})


@dataclass(frozen=True)
class Step:
    """One line of the way to becoming active: its words, whether it is done, and who must act."""

    key: str
    label: str
    done: bool
    actor: str


ORDER = (
    "applied",
    "questionnaire_sent",
    "changes_asked",
    "answered",
    "in_review",
    "accepted",
    "fee_due",
    "terms_due",
    "active",
)


def checklist(*, state: str, network_has_fee: bool, texts_pending: bool) -> list[Step]:
    """What stands between the application and an active bookshop, in order (T02-T07)."""
    if state in {"refused", "left"}:
        return []
    reached = len(ORDER) if state == "suspended" else ORDER.index(state)

    def past(name: str) -> bool:
        return reached > ORDER.index(name)

    steps = [
        Step("questionnaire", N_("The questionnaire is sent"), past("applied"), "staff"),
        Step("answers", N_("The questions are answered"), past("changes_asked"), "bookshop"),
        Step("acceptance", N_("The application is accepted"), past("in_review"), "staff"),
    ]
    if network_has_fee:
        steps.append(Step("fee", N_("The membership fee is recorded"), past("fee_due"), "staff"))
    texts_done = past("terms_due") and not texts_pending
    steps.append(Step("texts", N_("The terms and the privacy policy are accepted"), texts_done, "bookshop"))
    return steps


def slug_for(name: str, *, taken: Collection[str]) -> str:
    """A short address for a name, unique among those taken: ``Librería Alba`` becomes ``libreria-alba``."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_SPELT_OUT))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    base = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:SLUG_LENGTH].strip("-") or "bookshop"
    slug, number = base, 2
    while slug in taken or slug in RESERVED_SLUGS:
        slug, number = f"{base}-{number}", number + 1
    return slug


def postcode(typed: str, *, country: str) -> str:
    """The five digits of a postcode of the country. Raises Refused."""
    digits = re.sub(r"\s", "", typed)
    highest = {"ES": 52, "FR": 98}[country]
    if not re.fullmatch(r"[0-9]{5}", digits):
        raise Refused(N_("A postcode has five digits, for example %(example)s."), example=_EXAMPLE[country])
    if not 1 <= int(digits[:2]) <= highest:
        raise Refused(
            N_("“%(postcode)s” is not a postcode of this country: check its first two digits."), postcode=digits
        )
    return digits


_EXAMPLE = {"ES": "28001", "FR": "75001"}


_BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def media_type_of(data: bytes) -> str | None:
    """The type of a PDF, PNG or JPEG file, told by its first bytes; None for anything else."""
    return next((media_type for start, media_type in _BEGINNINGS if data.startswith(start)), None)


def waiting_for(state: str) -> Text:
    """One sentence that tells an applicant what happens next."""
    return Text(_NEXT[state])


_NEXT = {
    "applied": N_("The network's staff have your application and will send you the questionnaire."),
    "questionnaire_sent": N_("The questionnaire waits for your answers. You can leave it and resume it at any time."),
    "answered": N_("Your answers have arrived. The network's staff will review them."),
    "in_review": N_("The network's staff are reviewing your answers."),
    "changes_asked": N_("The network's staff ask you to change some answers. Only those are open."),
    "accepted": N_("Your application is accepted."),
    "fee_due": N_("Your application is accepted. The membership fee has not been recorded yet."),
    "terms_due": N_("The terms and the privacy policy wait to be accepted."),
    "active": N_("The bookshop is active."),
    "suspended": N_("The bookshop is suspended."),
    "left": N_("The bookshop has left the network."),
    "refused": N_("The application was refused."),
}


EAN = "{ean}"
"""Stands in the address of a bookshop's own web shop for the thirteen digits of the book."""
LONGEST_ADDRESS = 300


def web_shop(typed: str, *, private: bool = False) -> str:
    """The address of a book in a bookshop's own web shop, ``{ean}`` standing for its ISBN-13 (T122).

    Without ``{ean}`` every book leads to the same page. The mark may not be in the name of the host: whatever book is
    asked for, the reader arrives at this bookshop. ``private`` is for development only: it lets http and hosts of the
    own network through. Raises Refused.
    """
    address = typed.strip()
    sample = address.replace(EAN, "9780000000002")
    if len(address) > LONGEST_ADDRESS or "{" in sample or "}" in sample:
        raise Refused(N_("Write the address with {ean} where the ISBN stands, and no other braces."))
    try:
        parts = urlsplit(sample)
        host, port = parts.hostname or "", parts.port
        same = host == (urlsplit(address).hostname or "")
    except ValueError:
        raise _no_web_shop() from None
    public = parts.scheme == "https" and "." in host and port is None
    if not host or not (public or (private and parts.scheme in ("https", "http"))) or parts.username is not None:
        raise _no_web_shop()
    if not sample.isascii() or not sample.isprintable() or any(letter in sample for letter in ' "<>\\'):
        raise _no_web_shop()
    if not same:
        raise Refused(N_("{ean} must come after the name of your site."))
    return address


def _no_web_shop() -> Refused:
    return Refused(N_("Write a whole address that begins with https://, for example %(example)s."), example=EXAMPLE)


EXAMPLE = "https://www.libreria.example/libro/{ean}"


def book_address(web_shop: str, *, isbn: str) -> str:
    """Where a bookshop sells a book itself; empty where it told no address."""
    return web_shop.replace(EAN, isbn)
