"""The policy for officers: what holds, in words; a draft of the next version, whom it helps and costs, its adoption."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from services.programs import words
from services.programs.audit.queries import accounts_of
from services.programs.database import db
from services.programs.policy import operations
from services.programs.policy.domain import DISPLACED_UNTIL, ORDER_KEYS, REROUTED_UNTIL, Rules
from services.programs.policy.models import PolicyDraft, PolicyVersion
from services.programs.policy.queries import current_version, find_version, list_versions, peek_draft
from services.programs.policy.schemas import render_draft
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal
from shared.errors import DomainError, PreconditionFailed
from shared.web.forms import Form

pages = Blueprint("policy_pages", __name__, url_prefix="/policy", template_folder="templates")

VERSIONS = 20
_TIER_ENDS = tuple(str(decile) for decile in range(1, 10))
_PLACES = tuple(f"order_{place}" for place in range(1, len(ORDER_KEYS) + 1))


@pages.get("")
@access.only(*OFFICERS)
def show_policy() -> str:
    """Show the policy that holds, its earlier versions, and the draft of the next."""
    return _page(None)


@pages.get("/versions/<int(min=1, max=2147483647):version>")
@access.everyone
def show_version(version: int) -> str:
    """Show what a version of the policy says, to whoever is told of a match made under it."""
    return render_template(
        "policy/version.html",
        policy=find_version(db.session, version),
        current=current_version(db.session).version,
        words=words,
    )


@pages.get("/effect")
@access.only(*OFFICERS, whole_regency=True)
def show_effect() -> Any:
    """Show whom the draft helps and costs: the part of the page that renews itself until that is known."""
    effect = _effect(peek_draft(db.session))
    # Once it is, there is more to be done on the page than to look at it.
    renewed = {} if effect is None else {"HX-Refresh": "true"}
    return render_template("policy/effect.html", effect=effect), 200, renewed


@pages.post("/draft")
@access.only("planner", whole_regency=True)
def draft() -> Any:
    """Draft the next version."""
    form = Form.submitted()
    rules = _read(form)
    based_on = form.whole("based_on")
    if form.errors or rules is None or based_on is None:
        return _page(form), 422
    try:
        operations.draft_policy(based_on, rules, by=current_principal().id)
    except DomainError as error:
        db.session.rollback()
        form.take(error, {"/order": "order_1"})
        return _page(form), error.status
    flash(gettext("The draft is there. Another person may adopt it."), "good")
    return redirect(url_for(".show_policy"), 303)


@pages.post("/draft/adopt")
@access.only("planner", "approver", whole_regency=True)
def adopt() -> Any:
    """Adopt the draft that was read."""

    def change() -> str:
        adopted = operations.adopt_draft(by=current_principal().id)
        return str(gettext("Version %(version)s of the policy holds now.", version=adopted.version))

    return _change(change)


@pages.post("/draft/withdraw")
@access.only("planner", whole_regency=True)
def withdraw() -> Any:
    """Withdraw the draft that was read."""

    def change() -> str:
        operations.withdraw_draft()
        return str(gettext("The draft is withdrawn."))

    return _change(change)


@pages.post("/draft/dry-run")
@access.only("planner", "approver", whole_regency=True)
def work_out_anew() -> Any:
    """Have it worked out once more what the draft would change."""

    def change() -> str:
        operations.work_out_anew()
        return str(gettext("It is worked out once more."))

    return _change(change)


def _change(change: Callable[[], str]) -> Any:
    """Change the draft that was read, and say what was done."""
    form = Form.submitted()
    number = form.whole("number")
    try:
        found = peek_draft(db.session, lock=True)
        _require(found is not None and found.number == number)
        said = change()
    except DomainError as error:
        db.session.rollback()
        form.take(error)
        return _page(form), error.status
    flash(said, "good")
    return redirect(url_for(".show_policy"), 303)


def _require(same: bool) -> None:
    if not same:
        raise PreconditionFailed(
            "changed_meanwhile", "It was changed since you read it. Read it again and repeat the change."
        )


def _read(form: Form) -> Rules | None:
    tiers = form.choices("tiers", _TIER_ENDS)
    order = [form.choice(place, ORDER_KEYS, required=place == _PLACES[0]) for place in _PLACES]
    rerouted, displaced = (
        form.choice("rerouted_until", REROUTED_UNTIL),
        form.choice("displaced_until", DISPLACED_UNTIL),
    )
    first, second = form.whole("approval_threshold_idr"), form.whole("second_person_threshold_idr")
    cap = form.whole("household_cap_idr", least=1, required=False)
    days = form.whole("cash_after_days", least=1, most=3650, required=False)
    if rerouted is None or displaced is None or first is None or second is None:
        return None
    return Rules(
        tiers=tuple(sorted(int(tier) for tier in tiers)),
        fair_between_villages=form.ticked("fair_between_villages"),
        order=tuple(key for key in order if key is not None),
        rerouted_until=rerouted,
        displaced_until=displaced,
        approval_threshold_idr=first,
        second_person_threshold_idr=second,
        household_cap_idr=cap,
        cash_after_days=days,
    )


def _page(form: Form | None) -> str:
    caller = current_principal()
    holds = current_version(db.session)
    drafted = peek_draft(db.session) if caller.area is None else None
    versions = list_versions(db.session, VERSIONS)
    people = {person for version in versions for person in (version.drafted_by, version.adopted_by)}
    mine = drafted is not None and drafted.drafted_by == caller.id
    may_draft = caller.area is None and caller.has("planner") and (drafted is None or mine)
    tried = form is not None and request.endpoint == "policy_pages.draft"
    return render_template(
        "policy/policy.html",
        holds=holds,
        draft=drafted,
        effect=_effect(drafted),
        versions=versions,
        accounts=accounts_of(db.session, people | ({drafted.drafted_by} if drafted else set())),
        words=words,
        form=form if tried else _filled(drafted or holds),
        refused=None if tried else form,
        order_fields=_PLACES,
        tier_ends=[(decile, decile) for decile in _TIER_ENDS],
        may_draft=may_draft,
        may_withdraw=caller.area is None and caller.has("planner"),
        may_adopt=caller.area is None and caller.has("planner", "approver") and not mine,
    )


def _effect(draft: PolicyDraft | None) -> Any:
    return None if draft is None else render_draft(draft)["effect"]


def _filled(policy: PolicyVersion | PolicyDraft) -> Form:
    rules = policy.rules()
    return Form.of(
        tiers=rules.tiers,
        fair_between_villages=rules.fair_between_villages,
        rerouted_until=rules.rerouted_until,
        displaced_until=rules.displaced_until,
        approval_threshold_idr=rules.approval_threshold_idr,
        second_person_threshold_idr=rules.second_person_threshold_idr,
        household_cap_idr=rules.household_cap_idr,
        cash_after_days=rules.cash_after_days,
        **dict(zip(_PLACES, rules.order, strict=False)),
    )
