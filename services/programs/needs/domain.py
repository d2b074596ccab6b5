"""What a need must be like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.catalogue import ITEMS, Item, market, reference_price
from shared.errors import Coded, Fault
from shared.vocabulary import MAX_QUANTITY, RUPIAH


@dataclass(frozen=True, slots=True)
class NewNeed:
    """A need as somebody states it. `value_idr` may be left to the reference price."""

    category: str
    quantity: int
    unit: str
    item: str | None = None
    value_idr: int | None = None
    urgency: int = 3
    indivisible: bool = False

    @classmethod
    def of(cls, stated: "NewNeed | Mapping[str, Any]") -> "NewNeed":
        """Return the need of a checked body's fields."""
        return stated if isinstance(stated, NewNeed) else cls(**stated)

    @property
    def market(self) -> str:
        """Return the one market it lives in."""
        return market(self.item, self.unit)

    @property
    def value(self) -> int:
        """Return its value in whole rupiah."""
        return self.quantity * reference_price(self.item) if self.value_idr is None else self.value_idr

    def faults(self, pointer: str = "") -> list[Fault]:
        """Return all that is wrong with it; `pointer` is where it stands in the input."""
        if self.item is None:
            return _cash_faults(self, pointer)
        return _goods_faults(self, ITEMS[self.item], pointer)


def _cash_faults(need: NewNeed, pointer: str) -> list[Fault]:
    if need.unit != RUPIAH:
        return [Fault(f"{pointer}/item", "Name the item of the catalogue, or use the unit IDR.")]
    if need.value_idr is not None and need.value_idr != need.quantity:
        return [Fault(f"{pointer}/value_idr", "Must equal quantity where the unit is rupiah.")]
    return []


def _goods_faults(need: NewNeed, item: Item, pointer: str) -> list[Fault]:
    found = []
    if need.unit != item.unit:
        unit = Coded(item.unit, "unit")
        found.append(
            Fault(
                f"{pointer}/unit",
                "Must be %(unit)s, the unit of %(item)s.",
                unit=unit,
                item=Coded(item.item, "item"),
            )
        )
    if need.category != item.category:
        category = Coded(item.category, "need_category")
        found.append(Fault(f"{pointer}/category", "Must be %(category)s for this item.", category=category))
    if need.quantity * item.reference_price > MAX_QUANTITY:
        found.append(Fault(f"{pointer}/quantity", "Is worth more than can be counted."))
    return found
