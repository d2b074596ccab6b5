"""The accounts and the portal of one machine, and access.json, which hands them to whoever builds on it."""

from collections.abc import Mapping
from typing import Any

from helix.local.secrets_file import HOME_AREA

# Where each role signs in.
SERVICE_OF = {
    "donor": "donations",
    "tksk": "programs",
    "verifier": "programs",
    "approver": "programs",
    "planner": "programs",
    "auditor": "programs",
    "admin": "programs",
}


def bootstrap_input(service: str, kept: Mapping[str, Any], *, every_tksk: bool) -> dict[str, Any]:
    """Return what a service's `bootstrap` is to make."""
    accounts = [
        {"role": role, "username": role, "password": kept["passwords"][role]}
        | ({"area": HOME_AREA} if role == "tksk" else {})
        for role, home in SERVICE_OF.items()
        if home == service
    ]
    if service == "donations":
        return {"accounts": accounts, "portal_key": kept["portal_key"]}
    if every_tksk:
        accounts += [
            {"role": "tksk", "username": username, "password": kept["tksk_passwords"][area], "area": area}
            for area, username in tksk_usernames(kept).items()
        ]
    return {"accounts": accounts}


def tksk_usernames(kept: Mapping[str, Any]) -> dict[str, str]:
    """Return the username of the social worker of every further sub-district, by its code."""
    return {area: f"tksk-{area}" for area in kept["tksk_passwords"]}


def access(
    kept: Mapping[str, Any], urls: Mapping[str, str], bootstrap: str, stakeholder: str
) -> dict[str, Any]:
    """Return the content of access.json, in the shape that others build on."""
    return {
        "urls": dict(urls),
        **({"bootstrap": bootstrap} if bootstrap else {}),
        "portal": {"stakeholder": stakeholder, "key": kept["portal_key"]},
        "accounts": {
            role: {"username": role, "password": kept["passwords"][role], "service": service}
            for role, service in SERVICE_OF.items()
        },
    }


def demo_accounts(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sign-ins of the social workers of all sub-districts, by area."""
    home = {HOME_AREA: {"username": "tksk", "password": kept["passwords"]["tksk"]}}
    return home | {
        area: {"username": username, "password": kept["tksk_passwords"][area]}
        for area, username in tksk_usernames(kept).items()
    }
