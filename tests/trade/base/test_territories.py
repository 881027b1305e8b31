"""A postcode tells holidays, shipping zone and wall time (T41, A36)."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from trade.base.territories import Territory, territory_of


@pytest.mark.parametrize(
    ("country", "postcode", "territory"),
    [
        ("ES", "28001", Territory("MD", "peninsula", "Europe/Madrid")),
        ("ES", "07001", Territory("IB", "baleares", "Europe/Madrid")),
        ("ES", "35001", Territory("CN", "canarias", "Atlantic/Canary")),
        ("ES", "51001", Territory("CE", "ceuta", "Europe/Madrid")),
        ("ES", "52001", Territory("ML", "melilla", "Europe/Madrid")),
        ("FR", "75001", Territory("", "metropole", "Europe/Paris")),
        ("FR", "57000", Territory("57", "metropole", "Europe/Paris")),
        ("FR", "67000", Territory("6AE", "metropole", "Europe/Paris")),
        ("FR", "20000", Territory("", "corse", "Europe/Paris")),
        ("FR", "97400", Territory("974", "OM1", "Indian/Reunion")),
        ("FR", "98800", Territory("988", "OM2", "Pacific/Noumea")),
    ],
)
def test_a_postcode_tells_its_territory(country: str, postcode: str, territory: Territory) -> None:
    assert territory_of(postcode, country=country) == territory


def test_every_spanish_province_belongs_to_a_community() -> None:
    found = {territory_of(f"{number:02d}001", country="ES").subdivision for number in range(1, 53)}
    assert "" not in found and found <= set(holidays.Spain.subdivisions)
    assert len(found) == 19


def test_every_territory_has_a_real_time_zone() -> None:
    for number in range(1000):
        for country in ("ES", "FR"):
            ZoneInfo(territory_of(f"{number:03d}00", country=country).time_zone)


def test_the_sample_bookshops_agree(real_data: Path) -> None:
    with (real_data / "bookshops" / "bookshops.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["postcode"]]
    assert len(rows) >= 130
    for row in rows:
        found = territory_of(row["postcode"], country=row["country"])
        assert (found.subdivision, found.zone) == (row["holiday_subdivision"], row["shipping_zone"]), row["id"]
