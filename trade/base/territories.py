"""What a postcode says of a place: holiday subdivision, shipping zone and time zone, in Spain and France.

Subdivisions are those of the ``holidays`` package: autonomous communities in Spain; in France only where the
holidays differ (Moselle, Alsace, overseas). Zones are those of the shipping tables (T41, domain.md 5.1).
"""

from __future__ import annotations

from dataclasses import dataclass

_COMMUNITIES = {
    "AN": "04 11 14 18 21 23 29 41",
    "AR": "22 44 50",
    "AS": "33",
    "CB": "39",
    "CE": "51",
    "CL": "05 09 24 34 37 40 42 47 49",
    "CM": "02 13 16 19 45",
    "CN": "35 38",
    "CT": "08 17 25 43",
    "EX": "06 10",
    "GA": "15 27 32 36",
    "IB": "07",
    "MC": "30",
    "MD": "28",
    "ML": "52",
    "NC": "31",
    "PV": "01 20 48",
    "RI": "26",
    "VC": "03 12 46",
}
_COMMUNITY_OF = {prefix: code for code, prefixes in _COMMUNITIES.items() for prefix in prefixes.split()}
_SPANISH_ZONES = {"IB": "baleares", "CN": "canarias", "CE": "ceuta", "ML": "melilla"}

# Prefix: subdivision, zone, time zone. Saint-Barthélemy and Saint-Martin keep Guadeloupe's.
_FRENCH = {
    "57": ("57", "metropole", "Europe/Paris"),
    "67": ("6AE", "metropole", "Europe/Paris"),
    "68": ("6AE", "metropole", "Europe/Paris"),
    "20": ("", "corse", "Europe/Paris"),
    "971": ("971", "OM1", "America/Guadeloupe"),
    "972": ("972", "OM1", "America/Martinique"),
    "973": ("973", "OM1", "America/Cayenne"),
    "974": ("974", "OM1", "Indian/Reunion"),
    "975": ("975", "OM1", "America/Miquelon"),
    "976": ("976", "OM1", "Indian/Mayotte"),
    "984": ("984", "OM2", "Indian/Kerguelen"),
    "986": ("986", "OM2", "Pacific/Wallis"),
    "987": ("987", "OM2", "Pacific/Tahiti"),
    "988": ("988", "OM2", "Pacific/Noumea"),
}


@dataclass(frozen=True)
class Territory:
    """Where a place belongs: holidays, shipping tariffs, wall time."""

    subdivision: str
    zone: str
    time_zone: str


def territory_of(postcode: str, *, country: str) -> Territory:
    """The territory of a postcode of five digits. Raises KeyError for a country that is not ours."""
    return {"ES": _spanish, "FR": _french}[country](postcode)


def _spanish(postcode: str) -> Territory:
    community = _COMMUNITY_OF.get(postcode[:2], "")
    zone = _SPANISH_ZONES.get(community, "peninsula")
    return Territory(community, zone, "Atlantic/Canary" if community == "CN" else "Europe/Madrid")


def _french(postcode: str) -> Territory:
    for length in (3, 2):
        if found := _FRENCH.get(postcode[:length]):
            return Territory(*found)
    return Territory("", "metropole", "Europe/Paris")
