"""The closed lists of words that go over the wire. Pages translate them; code never does."""

from typing import Literal, get_args

StakeholderKind = Literal["government", "private", "philanthropy", "university", "media", "community"]
# The four sides of the helix that a coordination meeting seats: who governs, gives, trades, and takes part.
HelixSide = Literal["government", "philanthropy", "private", "nonprofit"]
ResourceKind = Literal["cash", "goods", "service"]
Fund = Literal["apbn", "apbd_provinsi", "apbd_kabupaten", "dana_desa", "csr", "zis", "community"]
Strategy = Literal["reduce_burden", "raise_income", "shrink_pockets"]
NeedCategory = Literal[
    "food",
    "nutrition",
    "health",
    "education",
    "housing_repair",
    "water_sanitation",
    "electricity",
    "identity_papers",
    "disability_aid",
    "skills_training",
    "business_capital",
    "decent_work",
]
Attribute = Literal[
    "elderly",
    "disability",
    "chronic_illness",
    "child_under_5",
    "school_age",
    "pregnant",
    "female_head",
    "out_of_school",
    "unemployed",
]
DecileSource = Literal["P3KE", "DTKS", "DTSEN"]
PledgeStatus = Literal["open", "exhausted", "withdrawn", "expired"]
HouseholdStatus = Literal["registered", "verified", "rejected", "lapsed", "graduated"]
VisitOutcome = Literal["found", "not_found", "moved", "deceased"]
NeedStatus = Literal["open", "covered", "closed"]
# How far *all* has come that is kept of an allocation; what was given back of it no longer counts.
#   proposed     donations has not answered yet; donations itself never says so
#   reserved     it is set aside, and something of it is still to be paid
#   contributed  all of it is paid, and something of it is still to be handed over
#   delivered    all of it reached the household
#   held         a person stopped it on the way; what awaits approval can't be paid anyway, so there
#                donations is not told of a hold and says reserved
#   refused, vetoed, failed, released   nothing of it is kept: how it ended
AllocationStatus = Literal[
    "proposed", "reserved", "refused", "held", "vetoed", "contributed", "delivered", "failed", "released"
]
DeliveryOutcome = Literal["delivered", "failed"]

SIDE_OF: dict[StakeholderKind, HelixSide] = {
    "government": "government",
    "private": "private",
    "philanthropy": "philanthropy",
    "university": "nonprofit",
    "media": "nonprofit",
    "community": "nonprofit",
}

STAKEHOLDER_KINDS: tuple[str, ...] = get_args(StakeholderKind)
RESOURCE_KINDS: tuple[str, ...] = get_args(ResourceKind)
FUNDS: tuple[str, ...] = get_args(Fund)
STRATEGIES: tuple[str, ...] = get_args(Strategy)
NEED_CATEGORIES: tuple[str, ...] = get_args(NeedCategory)
ATTRIBUTES: tuple[str, ...] = get_args(Attribute)
DECILE_SOURCES: tuple[str, ...] = get_args(DecileSource)
PLEDGE_STATUSES: tuple[str, ...] = get_args(PledgeStatus)
HOUSEHOLD_STATUSES: tuple[str, ...] = get_args(HouseholdStatus)
VISIT_OUTCOMES: tuple[str, ...] = get_args(VisitOutcome)
NEED_STATUSES: tuple[str, ...] = get_args(NeedStatus)
ALLOCATION_STATUSES: tuple[str, ...] = get_args(AllocationStatus)
DELIVERY_OUTCOMES: tuple[str, ...] = get_args(DeliveryOutcome)

# Inpres 4/2022 names three strategies; a need's category says which one it serves.
STRATEGY_OF: dict[str, str] = {
    "food": "reduce_burden",
    "nutrition": "reduce_burden",
    "health": "reduce_burden",
    "education": "reduce_burden",
    "identity_papers": "reduce_burden",
    "disability_aid": "reduce_burden",
    "skills_training": "raise_income",
    "business_capital": "raise_income",
    "decent_work": "raise_income",
    "housing_repair": "shrink_pockets",
    "water_sanitation": "shrink_pockets",
    "electricity": "shrink_pockets",
}

RUPIAH = "IDR"

# A verified household of the lowest decile is fakir or miskin, two of the eight to whom zakat may go.
ZAKAT_DECILE = 1

# The largest quantity that travels: a thousand times the regency's yearly plan, far inside bigint.
MAX_QUANTITY = 10**15
