"""Changes of the policy: somebody drafts the next version, sees whom it helps and whom it costs, another adopts it."""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from services.programs.database import db
from services.programs.markets.domain import Change
from services.programs.markets.operations import note_changes
from services.programs.needs.models import Need
from services.programs.policy.domain import Rules, policy_faults
from services.programs.policy.models import PolicyDraft, PolicyVersion, columns_of
from services.programs.policy.queries import current_version, find_draft, peek_draft
from shared import bell, clock
from shared.auth.visibility import OF_ALL
from shared.database import flush_or_refuse
from shared.errors import Conflict, Fault, Invalid, NotFound, PreconditionFailed

# So long what a draft would change is near enough to what it is by now.
EFFECT_HOLDS = timedelta(days=1)

# What the task is rung for that works out what a draft would change.
DRAFTED = "policy"


def draft_policy(based_on: int, rules: Rules, *, by: str) -> PolicyDraft:
    """Draft the version after `based_on`, in place of an earlier draft of the same person.

    Raises Invalid with every fault; PreconditionFailed where another version holds by now; Conflict where another
    person's draft is there, or one came meanwhile.
    """
    faults = policy_faults(rules)
    if faults:
        raise Invalid(faults)
    old = peek_draft(db.session, lock=True)
    if columns_of(rules) == columns_of(_lock_current(based_on).rules()):
        raise Invalid([Fault("", "It is what holds already. Change something.")])
    if old is not None:
        if old.drafted_by != by:
            raise Conflict("draft_there", "Somebody else's draft is there. Adopt it or withdraw it first.")
        db.session.delete(old)
        db.session.flush()
    draft = PolicyDraft(based_on=based_on, drafted_by=by, drafted_at=clock.now(), **columns_of(rules))
    db.session.add(draft)
    # It came since the look at what is there: somebody else's, or the same person's who asked twice.
    there = Conflict("draft_there", "A draft is there by now. Look at it first.")
    flush_or_refuse(db.session, "uq_policy_draft_one", there)
    bell.ring_after_commit(db.session, DRAFTED)
    db.session.commit()
    return draft


def _lock_current(version: int) -> PolicyVersion:
    """Return the version that holds, after which no other is adopted before the commit; the draft is locked first.

    Raises PreconditionFailed where it is another than `version`.
    """
    # A draft and an adoption wait for each other here, and who waited looks again; matches that name the version do
    # not wait.
    db.session.get(PolicyVersion, version, with_for_update={"key_share": True})
    current = current_version(db.session)
    if current.version != version:
        raise PreconditionFailed(
            "changed_meanwhile",
            "The policy was changed since you read it. Read it again and repeat the change.",
        )
    return current


def withdraw_draft() -> None:
    """Take the draft back; raise NotFound where there is none."""
    db.session.delete(find_draft(db.session, lock=True))
    db.session.commit()


def work_out_anew() -> PolicyDraft:
    """Have it worked out once more what the draft would change: needs and pledges are others by now.

    Raises NotFound where there is no draft.
    """
    # By its next number it is another draft: a run that began before would tell of needs and pledges as they were.
    anew = update(PolicyDraft).values(number=text("DEFAULT"), effect=None).returning(PolicyDraft)
    draft = db.session.scalar(anew, execution_options={"synchronize_session": False})
    if draft is None:
        raise NotFound("policy_draft")
    bell.ring_after_commit(db.session, DRAFTED)
    db.session.commit()
    return draft


def adopt_draft(*, by: str) -> PolicyVersion:
    """Let the draft hold from now on, and have every market with an open need settled under it.

    Raises Conflict where the same person drafted it, or it is not worked out of late what it would change.
    """
    draft = find_draft(db.session, lock=True)
    if draft.drafted_by == by:
        raise Conflict("second_person_needed", "You drafted it. Another person must adopt it.")
    if draft.effect is None:
        raise Conflict(
            "not_worked_out", "What it would change is still being worked out. Look at that first."
        )
    if datetime.fromisoformat(draft.effect["as_of"]) < clock.now() - EFFECT_HOLDS:
        raise Conflict(
            "worked_out_long_ago",
            "What it would change was worked out long ago. Have it worked out once more.",
        )
    rules, drafted_by = draft.rules(), draft.drafted_by
    db.session.delete(draft)
    return put_in_force(rules.version, rules, drafted_by=drafted_by, adopted_by=by)


def put_in_force(version: int, rules: Rules, *, drafted_by: str, adopted_by: str) -> PolicyVersion:
    """Let rules hold as a version; raise PreconditionFailed where it is not the next one any more."""
    _lock_current(version - 1)
    adopted = PolicyVersion(
        version=version,
        drafted_by=drafted_by,
        adopted_by=adopted_by,
        adopted_at=clock.now(),
        **columns_of(rules),
    )
    db.session.add(adopted)
    # The planner may be of one area; the policy is that of all.
    open_markets = select(Need.market).where(Need.closed_at.is_(None)).distinct()
    markets = db.session.scalars(open_markets, execution_options=OF_ALL)
    note_changes(db.session, [Change(market) for market in markets])
    db.session.commit()
    return adopted
