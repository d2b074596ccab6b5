"""Pledging in four steps: what; for whom and where; when and from which fund; check the answers."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.donations.board.queries import find_board, why_it_waits
from services.donations.fulfilment.queries import find_waiting
from services.donations.pledges.operations import open_pledge
from services.donations.pledges.queries import find_submitted, get_pledge
from services.donations.pledging.domain import STEPS, next_of, previous_of
from services.donations.pledging.schemas import Draft
from shared import areas
from shared.auth import access
from shared.auth.principal import current_principal
from shared.catalogue import ITEMS
from shared.errors import DomainError
from shared.gaps import Board, Gap
from shared.settings import Settings
from shared.web.forms import Form
from shared.web.words import item_name, unit_name

# What a link to this form may say beforehand; `fresh` forgets the answers of before.
_PREFILLED = {"what", "quantity", "area", "category", "fresh"}

_GAPS_SHOWN = 5

pages = Blueprint("pledging", __name__, url_prefix="/pledge", template_folder="../templates")


@pages.get("")
@access.only("donor")
def begin() -> Response:
    """Begin a pledge, prefilled where the needs board sent the person here."""
    if _PREFILLED & set(request.args) or Draft.find() is None:
        Draft.begin(request.args)
    return redirect(url_for(".show_step", step=STEPS[0]))


@pages.get("/<any(what, whom, when):step>")
@access.only("donor")
def show_step(step: str) -> Any:
    """Show a step with the answers given so far."""
    draft = Draft.find()
    if draft is None:
        return redirect(url_for(".begin"))
    return _render(draft, step, draft.check(step) if "wrong" in request.args else draft.form(step))


@pages.post("/<any(what, whom, when):step>")
@access.only("donor")
def answer_step(step: str) -> Any:
    """Keep the answers, and go on unless something is wrong with them; going back is always possible."""
    draft = Draft.find() or Draft.begin({})
    draft.answer(step, Form.submitted())
    if request.form.get("go") == "back":
        return redirect(url_for(".show_step", step=previous_of(step) or step), 303)
    form = draft.check(step)
    if form.errors:
        return _render(draft, step, form), 422
    return redirect(_address(next_of(step)), 303)


@pages.get("/check")
@access.only("donor")
def show_check() -> Any:
    """Show every answer once more."""
    draft = Draft.find()
    if draft is None:
        return redirect(url_for(".begin"))
    wrong = draft.find_wrong_step()
    if wrong is not None:
        return redirect(url_for(".show_step", step=wrong, wrong=1))
    return _render_check(draft, Form.of(submission=draft.submission))


@pages.post("/check")
@access.only("donor")
def open_checked() -> Any:
    """Make the pledge. The same form sent twice is one pledge."""
    form, draft = Form.submitted(), Draft.find()
    sent = find_submitted(form.submission())
    if sent is not None:
        return redirect(url_for(".show_opened", pledge_id=sent.id), 303)
    if draft is None:
        return redirect(url_for(".begin"), 303)
    if form.value("seal") != draft.seal or draft.find_wrong_step():
        form.fault = gettext(
            "Your answers have changed meanwhile, perhaps in another window. Check them again."
        )
        return _render_check(draft, form), 409
    try:
        pledge = open_pledge(current_principal().stakeholder, draft.given(), submission=draft.submission)
    except DomainError as error:
        form.take(error)
        return _render_check(draft, form), error.status
    Draft.forget()
    return redirect(url_for(".show_opened", pledge_id=pledge.id), 303)


@pages.get("/<uuid:pledge_id>/opened")
@access.only("donor")
def show_opened(pledge_id: Any) -> str:
    """Confirm the pledge and say how far it is and what happens next."""
    pledge = get_pledge(pledge_id)
    steps = pledge.next_steps(find_waiting([pledge_id])[pledge_id])
    return render_template(
        "donations/pledge_opened.html",
        pledge=pledge,
        steps=steps,
        looking=pledge.status == "open",
        why=why_it_waits(pledge),
    )


def _address(step: str) -> str:
    return url_for(".show_check") if step == "check" else url_for(".show_step", step=step)


def _regency() -> str:
    settings: Settings = current_app.config["HELIX"]
    return settings.regency


def _labels() -> list[str]:
    return [gettext("What"), gettext("For whom"), gettext("When and fund"), gettext("Check")]


def _render(draft: Draft, step: str, form: Form) -> str:
    given = draft.given()
    board, item = find_board(), given["resource"].get("item")
    return render_template(
        f"donations/pledge_{step}.html",
        form=form,
        labels=_labels(),
        number=STEPS.index(step) + 1,
        previous=previous_of(step),
        goods=[(code, f"{item_name(code)} ({unit_name(entry.unit)})") for code, entry in ITEMS.items()],
        places=[(place.code, place.name) for place in areas.subdistricts().values()],
        given=given,
        nothing_short=step == "whom" and board.as_of is not None and not board.is_short(item),
        gaps=_worth_pledging(step, board, item),
        as_of=board.as_of,
    )


def _worth_pledging(step: str, board: Board, item: str | None) -> list[Gap]:
    """Return the first of the board, so far as a person who answers a step may still choose it.

    Of each kind the sub-districts; the regency where none of them may be named.
    """
    if step == "when":
        return []
    told_apart = {gap.kind for gap in board.gaps if gap.area != _regency()}
    found = [
        gap for gap in board.gaps if gap.needs and (gap.area != _regency() or gap.kind not in told_apart)
    ]
    return [gap for gap in found if step == "what" or gap.kind.item == item][:_GAPS_SHOWN]


def _render_check(draft: Draft, form: Form) -> str:
    return render_template(
        "donations/pledge_check.html",
        form=form,
        labels=_labels(),
        given=draft.given(),
        seal=draft.seal,
        addresses={step: url_for(".show_step", step=step) for step in STEPS},
    )
