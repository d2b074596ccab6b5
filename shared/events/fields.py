"""The types that event fields are made of. Each is bounded, so that a value which passes the
check also fits its column: a string without NUL, an integer inside bigint.
"""

from typing import Annotated

from msgspec import Meta

from shared.vocabulary import MAX_QUANTITY

Text = Annotated[str, Meta(max_length=300, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Meta(max_length=64, pattern=r"^[a-z0-9_]+$")]
Unit = Annotated[str, Meta(max_length=32, pattern=r"^[A-Za-z_]+$")]
Area = Annotated[str, Meta(pattern=r"^[0-9]{2}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?$")]
Village = Annotated[str, Meta(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$")]
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
Amount = Annotated[int, Meta(ge=0, le=MAX_QUANTITY)]
# A sum of amounts.
Total = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Urgency = Annotated[int, Meta(ge=1, le=5)]
Decile = Annotated[int, Meta(ge=1, le=10)]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
