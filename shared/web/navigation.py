"""Where a person can go from a page: in this service by role, and to the two others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import LazyString, lazy_gettext

from shared.areas import REGENCY_NAMES
from shared.auth.principal import PUBLIC, current_principal
from shared.settings import Settings

# The routes of signing in and out; a service without local accounts has none and shows no account bar.
SIGN_IN = "sign_in.show"
SIGN_OUT = "sign_in.sign_out"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation. Without roles everyone sees it."""

    label: str | LazyString
    endpoint: str
    roles: tuple[str, ...] = ()

    def is_for_caller(self) -> bool:
        """Tell whether the person asking should see it."""
        return not self.roles or current_principal().has(*self.roles)


@dataclass(frozen=True, slots=True)
class Place:
    """A link as the layout draws it."""

    label: str | LazyString
    url: str
    current: bool


def add_navigation(app: Flask, settings: Settings, service: str, links: Sequence[Link]) -> None:
    """Give the layout what it draws around every page."""

    def around() -> dict[str, Any]:
        caller = current_principal()
        return {
            "home_url": f"{request.script_root}/",
            "navigation": _entries(links),
            "services": _services(settings, service),
            "regency": REGENCY_NAMES.get(settings.regency, settings.regency),
            "synthetic": settings.synthetic,
            "caller": caller,
            "signed_in": caller is not PUBLIC,
            "sign_in_url": _address(app, SIGN_IN),
            "sign_out_url": _address(app, SIGN_OUT),
        }

    app.context_processor(around)


def _entries(links: Sequence[Link]) -> list[Place]:
    seen = [link for link in links if link.is_for_caller()]
    here = _current(seen)
    return [Place(link.label, url_for(link.endpoint), link is here) for link in seen]


def _current(links: Sequence[Link]) -> Link | None:
    """Return the link of this page, or else the first of the same feature."""
    same = [link for link in links if link.endpoint == request.endpoint]
    near = [link for link in links if link.endpoint.rpartition(".")[0] == request.blueprint]
    return next(iter([*same, *near]), None)


def _services(settings: Settings, service: str) -> list[Place]:
    return [
        Place(lazy_gettext("Progress"), settings.reporting_url, service == "reporting"),
        Place(lazy_gettext("Donors"), settings.donations_url, service == "donations"),
        Place(lazy_gettext("Officers"), settings.programs_url, service == "programs"),
    ]


def _address(app: Flask, endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in app.view_functions else None
