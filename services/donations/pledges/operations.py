"""Changes to pledges: open, amend, resume. Each tells the others the pledge's whole state."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.donations.database import db
from services.donations.pledges.domain import find_faults, require_going, require_room
from services.donations.pledges.models import Pledge
from services.donations.pledges.queries import find_submitted, state
from services.donations.stakeholders.domain import require_approved
from services.donations.stakeholders.models import Stakeholder
from services.donations.timeline.operations import note
from shared import clock, outbox
from shared.catalogue import reference_price
from shared.database import flush_or_refuse
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.donations import PledgeAmended, PledgeOpened
from shared.ids import new_id
from shared.vocabulary import RUPIAH


def open_pledge(
    stakeholder_id: UUID | None, given: Mapping[str, Any], *, submission: UUID | None = None
) -> Pledge:
    """Promise something for an approved organisation; the same `submission` again is the same pledge."""
    stakeholder = _require_stakeholder(stakeholder_id, alone=submission is not None)
    sent_before = find_submitted(submission)
    if sent_before is not None:
        return sent_before
    given = {"opens_on": clock.today(), **given}
    _require_faultless(given)
    pledge = Pledge(
        id=new_id(),
        stakeholder_id=stakeholder.id,
        stakeholder_kind=stakeholder.kind,
        resource_kind=given["resource"]["kind"],
        item=given["resource"].get("item"),
        unit=given["resource"].get("unit") or RUPIAH,
        quantity=given["quantity"],
        price_idr=reference_price(given["resource"].get("item")),
        fund=given["fund"],
        zakat=given.get("zakat", False),
        strategy=given["strategy"],
        opens_on=given["opens_on"],
        expires_on=given.get("expires_on"),
        reference=given.get("reference"),
        submission=submission,
        **_columns(given.get("restrictions", {})),
    )
    db.session.add_all([pledge, note(pledge, "pledge_opened", quantity=pledge.quantity, unit=pledge.unit)])
    taken = Conflict("reference_taken", "You have a pledge with this reference already.")
    flush_or_refuse(db.session, "uq_pledge_stakeholder_id_reference", taken)
    outbox.record(db.session, state(PledgeOpened, pledge))
    db.session.commit()
    return pledge


def amend_pledge(pledge: Pledge, changes: Mapping[str, Any]) -> Pledge:
    """Change a pledge that the caller has locked: `quantity`, `restrictions`, `expires_on`."""
    require_going(pledge.ended)
    if not changes:
        return pledge
    require_approved(db.session.get_one(Stakeholder, pledge.stakeholder_id).status)
    _require_faultless(pledge.given() | dict(changes))
    before = pledge.quantity
    require_room(changes.get("quantity", before), pledge.balance)
    pledge.quantity = changes.get("quantity", before)
    if "expires_on" in changes:
        pledge.expires_on = changes["expires_on"]
    if "restrictions" in changes:
        for name, value in _columns(changes["restrictions"]).items():
            setattr(pledge, name, value)
        pledge.restricted_in = pledge.version + 1
    pledge.version += 1
    entry = note(
        pledge,
        "pledge_amended",
        changed=sorted(changes),
        before=before,
        quantity=pledge.quantity,
        unit=pledge.unit,
    )
    db.session.add(entry)
    outbox.record(db.session, state(PledgeAmended, pledge))
    db.session.commit()
    return pledge


def resume_pledges(stakeholder_id: UUID) -> None:
    """Have the pledges of an organisation matched again that was suspended. Does not commit."""
    going = db.session.scalars(
        select(Pledge)
        .where(Pledge.stakeholder_id == stakeholder_id, Pledge.ended.is_(None))
        .order_by(Pledge.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for pledge in going:
        pledge.version += 1
        db.session.add(note(pledge, "pledge_resumed"))
    # Programs proposes nothing from a pledge that was refused as suspended until it changes.
    outbox.record_all(db.session, [state(PledgeAmended, pledge) for pledge in going])


def _require_stakeholder(stakeholder_id: UUID | None, *, alone: bool) -> "Row[UUID, str, str]":
    """Return the id and the kind of the organisation, kept from being suspended until the promise is written.

    `alone`: of a form that is sent twice at once, one waits for the other.
    """
    wanted = select(Stakeholder.id, Stakeholder.kind, Stakeholder.status)
    found = db.session.execute(
        wanted.where(Stakeholder.id == stakeholder_id).with_for_update(read=not alone, key_share=alone)
    ).one_or_none()
    if found is None:
        raise Forbidden("no_organisation", "Your account belongs to no organisation that can pledge.")
    require_approved(found.status)
    return found


def _require_faultless(given: Mapping[str, Any]) -> None:
    faults = find_faults(given, clock.today())
    if faults:
        raise Invalid(faults)


def _columns(restrictions: Mapping[str, Any]) -> dict[str, Any]:
    lists = {
        name: list(dict.fromkeys(restrictions.get(name) or ()))
        for name in ("areas", "categories", "attributes")
    }
    numbers = {name: restrictions.get(name) for name in ("max_decile", "cap_per_household", "minimum_grant")}
    return lists | numbers
