"""Languages by the codes of the trade: ISO 639-2 of both kinds and what is commonly written instead, as ISO 639-1."""

from __future__ import annotations

_TWO_LETTERS = {
    "es": "spa esp cas",
    "ca": "cat val",
    "eu": "eus baq",
    "gl": "glg gal",
    "oc": "oci pro",
    "fr": "fra fre frm fro",
    "br": "bre",
    "co": "cos",
    "an": "arg",
    "en": "eng ing",
    "de": "deu ger ale gsw",
    "it": "ita",
    "pt": "por",
    "ro": "ron rum",
    "nl": "nld dut",
    "la": "lat",
    "el": "ell gre grc",
    "ar": "ara",
    "he": "heb",
    "zh": "zho chi",
    "ja": "jpn",
    "ko": "kor",
    "ru": "rus",
    "uk": "ukr",
    "be": "bel",
    "bg": "bul",
    "pl": "pol",
    "cs": "ces cze",
    "sk": "slk slo",
    "sl": "slv",
    "hr": "hrv scr",
    "sr": "srp scc",
    "bs": "bos",
    "mk": "mkd mac",
    "sq": "sqi alb",
    "hu": "hun",
    "fi": "fin",
    "et": "est",
    "lv": "lav",
    "lt": "lit",
    "sv": "swe",
    "da": "dan",
    "no": "nor",
    "nb": "nob",
    "nn": "nno",
    "is": "isl ice",
    "ga": "gle",
    "gd": "gla",
    "cy": "cym wel",
    "tr": "tur",
    "fa": "fas per",
    "hi": "hin",
    "bn": "ben",
    "ur": "urd",
    "vi": "vie",
    "th": "tha",
    "id": "ind",
    "eo": "epo",
    "ka": "kat geo",
    "hy": "hye arm",
    "qu": "que",
    "gn": "grn",
    "wo": "wol",
    "sw": "swa",
    "lb": "ltz",
    "sa": "san",
    "yi": "yid",
    "mg": "mlg",
}
_BY_CODE = {long: short for short, longs in _TWO_LETTERS.items() for long in longs.split()}
_NOT_SAID = frozenset({"", "und", "zxx", "mul", "mis", "000"})


def language_of(code: str) -> str | None:
    """The language of a code in any case: two letters where there are such, else its three. None: it names none."""
    code = code.strip().lower()[:3]
    if code in _NOT_SAID or not code.isascii() or not code.isalpha() or len(code) < 2:
        return None
    return _BY_CODE.get(code, code)
