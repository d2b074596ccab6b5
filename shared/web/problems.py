"""A problem as a page: what went wrong, what to do, and the number to quote."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext

_TITLES = {
    400: lazy_gettext("We could not read that"),
    401: lazy_gettext("Please sign in"),
    403: lazy_gettext("You may not do this"),
    404: lazy_gettext("Page not found"),
    405: lazy_gettext("That does not work here"),
    409: lazy_gettext("Something changed in the meantime"),
    412: lazy_gettext("Somebody else changed this"),
    413: lazy_gettext("That file is too large"),
    415: lazy_gettext("That kind of file does not work here"),
    422: lazy_gettext("Something needs mending"),
    429: lazy_gettext("Too many requests"),
    500: lazy_gettext("Something went wrong on our side"),
    503: lazy_gettext("Not available for a moment"),
}
_ADVICE = {
    401: lazy_gettext("This page is for people with an account."),
    403: lazy_gettext("Your account does not have the role this needs. Ask your coordinator."),
    404: lazy_gettext("The address may be mistyped, or the page is not for you to see."),
    412: lazy_gettext("Go back, look at what it is now, and make your change again."),
    429: lazy_gettext("Wait a minute, then try again."),
    500: lazy_gettext("Nothing was saved. Try again; if it stays, tell us the number below."),
    503: lazy_gettext("Nothing was lost. Try again in a minute."),
}


def render_problem(problem: Mapping[str, Any]) -> Response:
    """Return the page of an RFC 9457 problem, with its status."""
    status = int(problem.get("status", 500))
    page = render_template(
        "problem.html",
        problem=problem,
        status=status,
        heading=_TITLES.get(status) or str(problem.get("title", status)),
        advice=_ADVICE.get(status),
    )
    return make_response(page, status)
