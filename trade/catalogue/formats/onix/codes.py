"""Code lists of EDItEUR and what they mean here (lists 2, 5, 17, 54, 64, 65, 150 and 7, 175, 27; issue 71)."""

from __future__ import annotations

from collections.abc import Mapping

from trade.catalogue.records import Availability, Form

FULL, UPDATES, DELETES = (
    frozenset({"", "01", "02", "03", "09"}),
    frozenset({"04", "12", "13", "14"}),
    frozenset({"05", "08"}),
)
"""List 1. 08 tells that the product was sold to another publisher: its sender no longer speaks for it."""
TESTS = frozenset({"88", "89"})

_A = Availability
AVAILABILITY: Mapping[str, Availability] = {
    **dict.fromkeys(("20", "21"), _A.AVAILABLE),
    **dict.fromkeys(("11", "22", "30", "31"), _A.SHORT_TERM_OUT),
    **dict.fromkeys(("33", "34", "97", "98", "99"), _A.OUT_INDEFINITELY),
    "32": _A.REPRINTING,
    **dict.fromkeys(("09", "10"), _A.FORTHCOMING),
    **dict.fromkeys(("41", "48"), _A.REPLACED),
    **dict.fromkeys(("12", "23"), _A.PRINT_ON_DEMAND),
    **dict.fromkeys(("43", "44"), _A.NOT_OURS),
    **dict.fromkeys(("40", "42", "45", "46", "47", "50", "51"), _A.SOLD_OUT),
    **dict.fromkeys(("01", "52"), _A.DISCONTINUED),
    "49": _A.RECALLED,
}
"""List 65, ProductAvailability (domain.md 3.5)."""

OLD_AVAILABILITY: Mapping[str, Availability] = {
    "IP": _A.AVAILABLE,
    "WR": _A.AVAILABLE,
    **dict.fromkeys(("TO", "TP", "TU"), _A.SHORT_TERM_OUT),
    **dict.fromkeys(("CS", "OI", "UR"), _A.OUT_INDEFINITELY),
    **dict.fromkeys(("RP", "RU"), _A.REPRINTING),
    **dict.fromkeys(("NP", "NY", "PP"), _A.FORTHCOMING),
    "OR": _A.REPLACED,
    "MD": _A.PRINT_ON_DEMAND,
    **dict.fromkeys(("AD", "EX", "RF"), _A.NOT_OURS),
    **dict.fromkeys(("OF", "OP", "RM", "WS"), _A.SOLD_OUT),
    "AB": _A.DISCONTINUED,
}
"""List 54, AvailabilityCode of release 2.1."""

STATUS: Mapping[str, Availability] = {
    **dict.fromkeys(("04", "13", "18"), _A.AVAILABLE),
    **dict.fromkeys(("02", "03"), _A.FORTHCOMING),
    **dict.fromkeys(("06", "16"), _A.OUT_INDEFINITELY),
    "05": _A.NOT_OURS,
    **dict.fromkeys(("07", "08", "10"), _A.SOLD_OUT),
    **dict.fromkeys(("01", "11", "17"), _A.DISCONTINUED),
    **dict.fromkeys(("12", "15"), _A.RECALLED),
}
"""List 64, PublishingStatus: what holds where no supplier says more."""

BEST_FIRST = (
    *(_A.RECALLED, _A.AVAILABLE, _A.PRINT_ON_DEMAND, _A.SHORT_TERM_OUT, _A.REPRINTING, _A.FORTHCOMING),
    *(_A.OUT_INDEFINITELY, _A.REPLACED, _A.SOLD_OUT, _A.NOT_OURS, _A.DISCONTINUED),
)
"""Which of several suppliers' words counts: a recall always, else the best."""

_BOOKS: Mapping[str, Form] = {
    "BB": Form.HARDBACK,
    "BG": Form.HARDBACK,
    "BC": Form.PAPERBACK,
    "BF": Form.PAPERBACK,
    **dict.fromkeys(("DG", "DH", "EA", "EB", "EC", "ED", "SG"), Form.EBOOK),
    **dict.fromkeys(("CA", "CB", "CC", "CD", "CZ"), Form.MAP),
    "PH": Form.OTHER_BOOK,
}
_FAMILIES: Mapping[str, Form] = {"A": Form.AUDIO, "B": Form.OTHER_BOOK, "S": Form.OTHER_BOOK}
# 2.1 told the wrapping of mixed media under W; a quantity pack (WX) is for the trade.
_MIXED = frozenset({"WW"})
_TRADE_ONLY = frozenset({"20", "30", "31"})
_POCKETS = frozenset({"B101", "B104", "B113", "B132", "B133"})
_COMICS = frozenset({"B139", "B140", "B602", "B604"})
_SPEECH = frozenset({"01", "02", "13"})


def form_of(
    form: str, *, details: frozenset[str], composition: str, contents: frozenset[str], comic: bool
) -> Form | None:
    """What kind of thing lists 150 (or 7), 175, 2 and 81 tell; None where the feed does not say."""
    if composition in _TRADE_ONLY:
        return Form.NOT_A_BOOK
    if form in ("", "00", "BA"):
        return Form.COMIC if comic or details & _COMICS else None
    found = _BOOKS.get(form) or _FAMILIES.get(form[:1]) or (Form.OTHER_BOOK if form in _MIXED else Form.NOT_A_BOOK)
    if found is Form.EBOOK and contents & _SPEECH:
        return Form.AUDIO
    if found in (Form.PAPERBACK, Form.HARDBACK, Form.OTHER_BOOK):
        if comic or details & _COMICS:
            return Form.COMIC
        if found is Form.PAPERBACK and details & _POCKETS:
            return Form.POCKET
    return found


def role_of(code: str) -> str:
    """A contributor's role out of list 17."""
    return _ROLES.get(code, "other")


_ROLES: Mapping[str, str] = {
    **dict.fromkeys(
        ("", "A01", "A02", "A03", "A04", "A05", "A06", "A09", "A10", "A14", "A31", "A38", "A42", "A45"), "author"
    ),
    **dict.fromkeys(("A07", "A08", "A12", "A13", "A35", "A40", "A46", "A47"), "illustrator"),
    **dict.fromkeys(("B06", "B08", "B10"), "translator"),
    **dict.fromkeys(("B01", "B02", "B09", "B11", "B12", "B13", "B16", "B19", "B21", "B24", "B29"), "editor"),
    **dict.fromkeys(("C01", "C02"), "editor"),
    **dict.fromkeys(("E03", "E07"), "narrator"),
}

SUBJECTS: Mapping[str, str] = {
    **dict.fromkeys(("93", "94", "95", "96", "97", "98", "99"), "thema"),
    **dict.fromkeys(("12", "13", "14", "15", "16", "17"), "bic"),
    "10": "bisac",
    "29": "clil",
    "09": "cdu",
    "51": "cdu",
}
"""List 27, the schemes that are kept."""
KEYWORDS = "20"
IBIC = "22"
"""What DILVE's records use for IBIC, which has no number in list 27."""
