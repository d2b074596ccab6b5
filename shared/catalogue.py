"""Goods and services that can be pledged and needed, each with its unit and reference price.

A market is a unit: rupiah, or an item with its unit. The reference price (whole rupiah a unit)
values a need in goods, and moves its open part into rupiah. The prices are planning figures of
this project, to be replaced by the regency's own standard of costs (Standar Biaya Umum).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.vocabulary import RUPIAH, NeedCategory, ResourceKind


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the catalogue."""

    item: str
    kind: ResourceKind
    unit: str
    category: NeedCategory
    reference_price: int
    name_id: str
    name_en: str
    # When the line came into the catalogue; all of these came with the first edition.
    created_at: datetime = datetime(2026, 11, 21, tzinfo=UTC)


ITEMS: dict[str, Item] = {
    entry.item: entry
    for entry in (
        Item("rice", "goods", "kg", "food", 14_000, "Beras", "Rice"),
        Item("food_parcel", "goods", "parcel", "food", 250_000, "Paket sembako", "Food parcel"),
        Item("nutrition_pack", "goods", "pack", "nutrition", 120_000, "Paket gizi balita", "Nutrition pack"),
        Item("school_kit", "goods", "kit", "education", 350_000, "Perlengkapan sekolah", "School kit"),
        Item("wheelchair", "goods", "piece", "disability_aid", 1_800_000, "Kursi roda", "Wheelchair"),
        Item("roof_sheet", "goods", "sheet", "housing_repair", 65_000, "Lembar atap", "Roof sheet"),
        Item("latrine_set", "goods", "set", "water_sanitation", 2_500_000, "Paket jamban", "Latrine set"),
        Item("solar_lamp", "goods", "piece", "electricity", 300_000, "Lampu surya", "Solar lamp"),
        Item(
            "training_seat",
            "service",
            "seat",
            "skills_training",
            1_500_000,
            "Kursi pelatihan",
            "Training seat",
        ),
        Item("health_check", "service", "visit", "health", 150_000, "Pemeriksaan kesehatan", "Health check"),
        Item(
            "legal_aid_hour",
            "service",
            "hour",
            "identity_papers",
            100_000,
            "Jam bantuan dokumen",
            "Papers aid hour",
        ),
        Item(
            "job_placement", "service", "place", "decent_work", 2_000_000, "Penempatan kerja", "Job placement"
        ),
    )
}


def market(item: str | None, unit: str) -> str:
    """Return the market a quantity belongs to: `IDR`, or `item:unit`."""
    return RUPIAH if item is None else f"{item}:{unit}"


def reference_price(item: str | None) -> int:
    """Return whole rupiah a unit: 1 for rupiah itself."""
    return 1 if item is None else ITEMS[item].reference_price


def price_of(market: str) -> int:
    """Return whole rupiah a unit in a market."""
    return reference_price(None if market == RUPIAH else market.partition(":")[0])
