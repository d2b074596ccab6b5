"""The form by which an organisation asks to take part."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from marshmallow import ValidationError

from services.donations.stakeholders.operations import register_stakeholder
from services.donations.stakeholders.schemas import NewStakeholderSchema
from shared.auth import access
from shared.http.limits import limited_by_address
from shared.vocabulary import STAKEHOLDER_KINDS
from shared.web.forms import Form

pages = Blueprint("registration", __name__, url_prefix="/register", template_folder="../templates")


@pages.get("")
@access.everyone
def show_form() -> str:
    """Show the empty form."""
    return render_template("donations/register.html", form=None)


@pages.post("")
@access.everyone
def register() -> Any:
    """Take in an organisation, or show everything that is wrong."""
    form = Form.submitted()
    given = {
        "name": form.text("name", longest=200),
        "kind": form.choice("kind", STAKEHOLDER_KINDS),
        "contact_email": form.text("contact_email", longest=254),
        "about": form.text("about", required=False, longest=2000),
    }
    _take_faults(form, given)
    if form.errors:
        return render_template("donations/register.html", form=form), 422
    # Anyone may send this, so it is as slow to repeat as signing in.
    with limited_by_address():
        register_stakeholder(**given, submission=form.submission())
    return redirect(url_for(".show_thanks"), 303)


@pages.get("/thanks")
@access.everyone
def show_thanks() -> str:
    """Say what happens next; the same whoever asked."""
    return render_template("donations/registered.html")


def _take_faults(form: Form, given: dict[str, Any]) -> None:
    """Apply the rules of the API, which knows what an address of e-mail looks like."""
    try:
        NewStakeholderSchema().load({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        if "contact_email" in error.messages_dict:
            form.refuse("contact_email", gettext("Write an e-mail address such as name@example.org."))
