"""Looking at matches: what was proposed, why, what else there is, and a person's word on it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from services.programs import words
from services.programs.alternatives.queries import find_limit, list_alternatives
from services.programs.alternatives.schemas import say_limit
from services.programs.audit.queries import accounts_of
from services.programs.database import db
from services.programs.matching.models import Allocation
from services.programs.review import operations
from services.programs.review.domain import DECISIONS, decisions_open, refusal_of_approval
from services.programs.review.queries import (
    count_allocations,
    failed_of_late,
    find_allocation,
    find_next,
    find_pledge,
    find_score_parts,
    is_held,
    list_allocations,
    list_entries,
    situation_of,
    waits_for_word,
)
from services.programs.review.schemas import course, explain
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.errors import DomainError
from shared.vocabulary import ALLOCATION_STATUSES
from shared.web.forms import Form
from shared.web.sentences import rules_met, say

pages = Blueprint("matches", __name__, url_prefix="/matches", template_folder="templates")

AT_ONCE = 25


@pages.get("")
@access.only(*OFFICERS)
def list_matches() -> str:
    """List the matches that somebody must look at, or those of one status."""
    form = Form.asked()
    queues = {"waiting": waits_for_word(), "not_handed_over": failed_of_late()}
    status = form.choice("status", (*queues, *ALLOCATION_STATUSES), required=False) or "waiting"
    rows = list_allocations().where(queues[status]) if status in queues else list_allocations(status=status)
    after = request.args.get("after", type=UUID)
    if after is not None:
        rows = rows.where(Allocation.id > after)
    found = db.session.scalars(rows.order_by(Allocation.id).limit(AT_ONCE + 1)).all()
    more = len(found) > AT_ONCE
    return render_template(
        "review/matches.html",
        matches=found[:AT_ONCE],
        form=Form.of(status=status),
        status=status,
        waiting=count_allocations(db.session, waits_for_word()),
        held=count_allocations(db.session, is_held()),
        next_url=url_for(".list_matches", status=status, after=found[AT_ONCE - 1].id) if more else None,
        first_url=url_for(".list_matches", status=status) if after else None,
    )


@pages.get("/<uuid:match>")
@access.only(*OFFICERS)
def show_match(match: UUID) -> str:
    """Show one match: what, why, the alternatives, and what people said."""
    return _page(find_allocation(db.session, match), None)


@pages.post("/<uuid:match>")
@access.only("verifier", "approver")
def decide(match: UUID) -> Any:
    """Approve, hold or veto a match; each has a form of its own, and its button says which."""
    form = Form.submitted()
    decision = form.choice("decision", DECISIONS)
    if decision is None:
        return _page(find_allocation(db.session, match), form), 422
    reason = form.text(f"{decision}_reason", required=decision != "approve")
    if form.errors:
        return _page(find_allocation(db.session, match), form), 422
    try:
        done = _apply(match, decision, reason or "")
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(find_allocation(db.session, match), form), error.status
    flash(_say_done(decision, done), "good")
    return redirect(url_for(".show_match", match=match), 303)


def _apply(match: UUID, decision: str, reason: str) -> Allocation:
    by = current_principal().id
    if decision == "approve":
        return operations.approve(match, by=by, reason=reason or None)
    if decision == "hold":
        return operations.hold(match, reason, by=by)
    return operations.veto(match, reason, by=by)


def _say_done(decision: str, match: Allocation) -> str:
    if decision == "hold":
        return str(gettext("It is on hold: no payment and no delivery until it is approved."))
    if decision == "veto":
        return str(gettext("It is vetoed. The need is matched with another pledge if there is one."))
    if match.awaits_approval:
        return str(gettext("Your approval counts. Another person must approve it too before it goes on."))
    return str(gettext("It is approved and goes on."))


def _named(trail: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a timeline with the names of the people in it."""
    accounts = accounts_of(db.session, {moment["by"] for moment in trail})
    for moment in trail:
        if (account := accounts.get(moment["by"])) is not None:
            who = gettext("By %(person)s.", person=account.display_name or account.username)
            moment["text"] = " ".join(filter(None, (moment["text"], who)))
    return trail


def _page(match: Allocation, form: Form | None) -> str:
    caller = current_principal()
    situation = situation_of(db.session, match, match.need, caller.id)
    may_decide = caller.has("verifier", "approver")
    refusal = refusal_of_approval(situation) if situation.wants_approval else None
    is_limited = match.ended_reason == "household_limit"
    limit = find_limit(db.session, match.household_id) if is_limited else None
    return render_template(
        "review/match.html",
        match=match,
        need=match.need,
        pledge=find_pledge(db.session, match.pledge_id),
        reasons=explain(match),
        limit=say_limit(limit) if limit else None,
        score_parts=words.score_parts(find_score_parts(db.session, match)),
        alternatives=list_alternatives(db.session, match),
        rules_met=rules_met,
        trail=_named(course(match, list_entries(db.session, match.id))),
        form=form,
        situation=situation,
        decisions=decisions_open(situation) if may_decide else (),
        # Why this officer sees no button for what the match waits for.
        refused=say(refusal.sentence) if may_decide and refusal is not None else None,
        next_match=find_next(db.session, caller.id, after=match.id) if may_decide else None,
    )
