"""An app with a page for every part that pages are made of. It is a test's, and is not shipped."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask, abort, flash, g, render_template, request
from flask_babel import lazy_gettext

from shared import settings
from shared.areas import subdistricts
from shared.auth import access
from shared.auth.principal import Principal
from shared.http.problem import register_problems
from shared.web import Link, charts, formats, init_pages
from shared.web.forms import Form

NOW = datetime(2026, 11, 21, 15, 15, tzinfo=UTC)
OFFICER = Principal(id="1", roles=frozenset({"planner"}), display_name="Perencana")


def make_gallery(
    *, principal: Principal | None = OFFICER, synthetic: bool = True, local: bool = True
) -> Flask:
    """Return the app; every request of it comes from the principal, or from the public."""
    app = Flask("gallery", static_folder=None, template_folder=str(Path(__file__).parent / "templates"))
    app.config |= {"HELIX": _settings(synthetic=synthetic, local=local), "SECRET_KEY": "k" * 32}
    app.config["SESSION_COOKIE_NAME"] = "helix_gallery"

    @app.before_request
    def sign_in() -> None:
        if principal is not None:
            g.principal = principal

    register_problems(app)
    init_pages(app, service="donations", navigation=_links())
    app.add_url_rule("/sign-in/out", "sign_in.sign_out", lambda: "", methods=["POST"])
    app.add_url_rule(
        "/sign-in", "sign_in.show", lambda: render_template("sign_in.html", going="/", wrong=True)
    )
    app.add_url_rule("/sign-in", "sign_in.sign_in", lambda: "", methods=["POST"])
    app.add_url_rule("/", "parts", access.everyone(show_parts))
    app.add_url_rule("/form", "form", access.everyone(show_form), methods=["GET", "POST"])
    app.add_url_rule("/charts", "charts", access.everyone(show_charts))
    app.add_url_rule("/pledges", "pledges", lambda: render_template("empty_page.html"))
    app.add_url_rule("/broken", "broken", access.everyone(break_down))
    app.add_url_rule("/problem/<int:status>", "problem", access.everyone(show_problem))
    app.add_url_rule("/v1/things", "things", lambda: {"object": "thing"}, methods=["POST"])
    return app


def _settings(*, synthetic: bool, local: bool) -> settings.Settings:
    return settings.load(
        "donations",
        {
            "HELIX_DONATIONS_DATABASE_URL": "postgresql://unused",
            "HELIX_BUS": "builtin",
            "HELIX_BUS_DATABASE_URL": "postgresql://unused",
            "HELIX_DONATIONS_URL": "http://127.0.0.1:8001",
            "HELIX_PROGRAMS_URL": "http://127.0.0.1:8002",
            "HELIX_REPORTING_URL": "http://127.0.0.1:8003",
            "HELIX_DONATIONS_SECRET_KEY": "k" * 32,
            "HELIX_SYNTHETIC": "1" if synthetic else "0",
            "HELIX_LOCAL": "1" if local else "0",
        },
    )


def _links() -> tuple[Link, ...]:
    return (
        Link(lazy_gettext("Progress"), "parts"),
        Link(lazy_gettext("Donors"), "form", roles=("planner", "donor")),
        Link(lazy_gettext("Officers"), "pledges"),
        Link("Kunci", "broken", roles=("admin",)),
    )


def show_parts() -> str:
    """Show everything that only shows."""
    rows = [
        {"name": "Yayasan Contoh – beras", "status": "open", "quantity": 1250, "unit": "kg", "item": "rice"},
        {
            "name": "BAZNAS Contoh – tunai",
            "status": "exhausted",
            "quantity": 25_000_000,
            "unit": "IDR",
            "item": None,
        },
        {
            "name": "Universitas Contoh",
            "status": "expired",
            "quantity": 40,
            "unit": "seat",
            "item": "training_seat",
        },
    ]
    moments = [
        {"at": NOW - timedelta(days=3), "title": "Komitmen dibuka", "tone": "info"},
        {"at": NOW - timedelta(days=2), "title": "Dicadangkan untuk satu keluarga di Perak", "tone": "wait",
         "text": "Peringkat 12 dari 340 kebutuhan pangan."},
        {"at": NOW, "title": "Diserahkan dan dikonfirmasi TKSK", "tone": "good"},
    ]  # fmt: skip
    flash("Komitmen disimpan.", "good")
    return render_template("parts.html", rows=rows, moments=moments, as_of=NOW)


def show_form() -> tuple[str, int]:
    """Show every kind of field, empty or with its faults."""
    if request.method == "GET":
        return render_template("form.html", form=Form.of(fund="zis", areas=["35.17.01"])), 200
    form = Form.submitted()
    form.whole("quantity", least=1)
    form.day("opens_on")
    form.text("about")
    form.choice("fund", ("zis", "csr"))
    return render_template("form.html", form=form), 422


def show_charts() -> str:
    """Show every chart."""
    return render_template("charts.html", figures=make_charts())


def make_charts() -> list[charts.Chart]:
    """Return one chart of each kind; the values follow from the areas' places in the list."""
    counts = {code: None if n == 4 else 37 * (n * 8 % 21) + 12 for n, code in enumerate(subdistricts())}
    stages = [
        charts.Stage(*pair) for pair in (("Terdaftar", 2100), ("Terverifikasi", 1250), ("Dicocokkan", 810))
    ]
    stages += [charts.Stage("Tersalurkan", 402), charts.Stage("Graduasi", None)]
    series = ("Dijanjikan", "Dicadangkan", "Dibayar", "Tersalurkan")
    funds = [
        charts.Group("Zakat, infak, sedekah", (4_250_000_000, 2_900_000_000, 2_100_000_000, 1_250_000_000)),
        charts.Group("CSR", (1_800_000_000, 900_000_000, 450_000_000, 120_000_000)),
        charts.Group("APBD kabupaten", (950_000_000, 950_000_000, 700_000_000, 0)),
    ]
    days = [date(2026, 3, 1), date(2026, 5, 1), date(2026, 9, 1), date(2026, 11, 21)]
    lines = [
        charts.Course("Terverifikasi", (0, 400, 1180, 1250)),
        charts.Course("Terjangkau", (0, 0, 390, 402)),
        charts.Course("Graduasi", (0, 0, None, 12)),
        charts.Course("Dikeluarkan", (0, 0, 15, None)),
    ]
    way = charts.Way(
        done=charts.Part("Graduasi", 608),
        left=charts.Part("Masih dalam daftar", 4800),
        apart=charts.Part("Dikeluarkan setelah verifikasi", 1112),
        target="Target 0 · 31 Des 2026",
    )
    return [
        charts.tile_map(
            "Keluarga terverifikasi per kecamatan",
            charts.subdistrict_tiles(counts, lambda code: f"/?area={code}"),
            formats.count,
            column="Keluarga",
        ),
        charts.funnel("Dari terdaftar sampai graduasi", stages, formats.count, column="Keluarga"),
        charts.grouped_bars("Pendanaan menurut sumber", series, funds, formats.rupiah_short),
        charts.courses("Keluarga sejak awal", days, lines, formats.count),
        charts.progress_to_target("Menuju 0", way, formats.count),
    ]


def show_problem(status: int) -> str:
    """Answer with a status, as what stands between a person and a page does."""
    abort(status)


def break_down() -> str:
    """Fail, as a bug would."""
    raise RuntimeError("nobody should read this")
