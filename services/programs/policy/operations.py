"""Changes of the policy."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.programs.database import db
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.needs.models import Need
from services.programs.policy.domain import policy_faults
from services.programs.policy.models import PolicyVersion
from shared import clock
from shared.errors import Invalid, PreconditionFailed


def adopt_policy(version: int, rules: Mapping[str, Any], *, by: str) -> PolicyVersion:
    """Adopt `rules` as the version after `version`; every market with an open need is then settled under it.

    Raises Invalid with every fault, PreconditionFailed where somebody was faster.
    """
    faults = policy_faults(
        rules["order"], rules["approval_threshold_idr"], rules["second_person_threshold_idr"]
    )
    if faults:
        raise Invalid(faults)
    adopted = PolicyVersion(
        version=version + 1,
        order=list(rules["order"]),
        approval_threshold_idr=rules["approval_threshold_idr"],
        second_person_threshold_idr=rules["second_person_threshold_idr"],
        cash_after_days=rules["cash_after_days"],
        adopted_by=by,
        adopted_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(adopted)
    except IntegrityError:
        raise PreconditionFailed(
            "changed_meanwhile",
            "The policy was changed since you read it. Read it again and repeat the change.",
        ) from None
    # The planner may be of one area; the policy is that of all.
    open_markets = select(Need.market).where(Need.closed_at.is_(None)).distinct()
    markets = db.session.scalars(open_markets, execution_options={"everyone": True})
    note_changes(db.session, [Change(market) for market in markets])
    db.session.commit()
    return adopted
