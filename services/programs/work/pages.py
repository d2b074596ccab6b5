"""The first page of programs: what waits for the person who signed in."""

from flask import Blueprint, render_template

from services.programs.database import db
from services.programs.work.queries import count_field_work, count_officer_work, first_to_look_at
from shared import clock
from shared.auth import access
from shared.auth.principal import OFFICERS, current_principal

pages = Blueprint("work", __name__, template_folder="templates")


@pages.get("/")
@access.only("tksk", *OFFICERS)
def show_work() -> str:
    """Show what waits for whom is asking."""
    if current_principal().has(*OFFICERS):
        return render_template(
            "work/officer.html",
            work=count_officer_work(db.session),
            matches=first_to_look_at(db.session),
            as_of=clock.now(),
        )
    return render_template("work/field.html", work=count_field_work(db.session), as_of=clock.now())
