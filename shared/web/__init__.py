"""What the pages of the services are made of: one look, two languages, no request that leaves the host.

A service names its links; `shared.service` hands them to `init_pages`:

    from flask_babel import lazy_gettext
    from shared.web import Link

    NAVIGATION = (
        Link(lazy_gettext("Needs board"), "board.show_board"),
        Link(lazy_gettext("My pledges"), "pledges.list_pledges", roles=("donor",)),
    )

A feature's `pages.py` has a Blueprint; its views call the operations and queries that the API
calls, and each has its access rule (without one nobody gets in):

    pages = Blueprint("pledges", __name__, url_prefix="/pledges", template_folder="templates")

    @pages.get("")
    @access.only("donor")
    def list_pledges() -> str:
        return render_template("pledges/list.html", pledges=find_pledges())

Its templates live in `templates/<feature>/`:

    {% extends "layout.html" %}
    {% from "macros/page.html" import heading, tiles, tile, empty %}
    {% from "macros/data.html" import table, td, status_tag, pagination %}
    {% block title %}{{ _("My pledges") }}{% endblock %}
    {% block content %}
      {{ heading(_("My pledges"), _("What you promised, and what became of it.")) }}
      {% call(pledge) table(_("My pledges"), [_("Pledge"), _("Status"), (_("Amount"), "number")], pledges) %}
        {% call td(_("Pledge")) %}<a href="{{ url_for('.show', id=pledge.id) }}">{{ pledge.reference }}</a>{% endcall %}
        {{ td(_("Status"), status_tag("pledge_status", pledge.status)) }}
        {{ td(_("Amount"), pledge.quantity|quantity(pledge.unit), "number") }}
      {% endcall %}
      {{ pagination(next_url) }}
    {% endblock %}

and forms (`shared.web.forms.Form` holds what was typed and what is wrong with it):

    form = Form.submitted()                              # or Form.of(quantity=pledge.quantity)
    quantity = form.whole("quantity", least=1)           # reads Rp1.250.000 too; None and a fault if not
    if form.errors:
        return render_template("pledges/amend.html", form=form), 422
    try: amend_pledge(...)
    except DomainError as error: form.take(error)        # pointers become the fields' names

    {% from "macros/forms.html" import post_form, rupiah_field, select_field, buttons %}
    {% call post_form(form, url_for(".amend", id=pledge.id)) %}
      {{ rupiah_field(form, "quantity", _("Amount"), hint=_("Whole rupiah.")) }}
      {{ select_field(form, "fund", _("Source of funds"), options("fund")) }}
      {{ buttons(_("Save"), cancel=url_for(".list_pledges")) }}
    {% endcall %}

`post_form` adds the CSRF token and `submission`, a number that stays the same when the form is sent
twice: `form.value("submission")` is the key under which to make the change only once.

Filters in every template: `rupiah`, `rupiah_short`, `whole`, `count` (None is a suppressed number),
`quantity(unit, item)`, `percent`, `day`, `instant`, `area`, `item`, `unit`, `word("fund")`, `tone`, `say`
(an error's sentence), `translated` (a text of the database); functions: `options("fund")`,
`asset("visits.js")`, `_()`. Blocks of `layout.html`: `title`, `content`, `head`, `scripts`, `wide`.
Macros: `macros/{page,data,forms,chart}.html`, each with a line on how it is used. Pass `as_of=`
(an instant) to a page with figures: the footer then says what they are as of.
Figures come with `note(source=, definition=, as_of=)`; a status with `status_tag`, never a bare code.

Charts (`shared.web.charts`) are pure functions that return a `Chart`; `{{ chart(figure) }}` from
`macros/chart.html` draws it with the table of its data.

Strings: msgids are English, in `_()` (templates), `gettext` or `lazy_gettext` (Python), and what an
error of `shared.errors` says, which is written as a literal there: `form.take(error)` or `say` puts
it into the reader's language. `make words`
(`python -m shared.web.catalogue_build`) collects them into `translations/id/LC_MESSAGES/messages.po`
and lists what has no Indonesian yet; write it there. Nothing is compiled: the process reads the
.po when it starts, so restart it. A test fails while a string is missing or untranslated.

No inline script, style or `style=` attribute works (the Content-Security-Policy refuses them): use
a class, or a file of the feature: `pages.record_once(lambda state: add_assets(state.app, FOLDER))`
serves a folder's files, and `asset("visits.js")` is the address of one.

A page is tested in a browser: `tests/browser.py` says how.
"""

from collections.abc import Sequence

from flask import Flask

from shared.settings import Settings
from shared.web.assets import add_assets, serve_assets
from shared.web.formats import add_filters
from shared.web.language import add_writers, init_language
from shared.web.navigation import Link, add_navigation
from shared.web.problems import render_problem
from shared.web.security import add_headers, protect_forms
from shared.web.sentences import say
from shared.web.words import add_words

__all__ = ["Link", "add_assets", "init_pages", "render_problem"]


def init_pages(app: Flask, *, service: str, navigation: Sequence[Link] = ()) -> None:
    """Give a service its layout, languages, formats, form protection and security headers."""
    settings: Settings = app.config["HELIX"]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    init_language(app)
    protect_forms(app)
    add_headers(app, local=settings.local)
    serve_assets(app)
    add_filters(app)
    add_words(app)
    add_writers(app, say=say)
    add_navigation(app, settings, service, navigation)
