"""Every setting, declared once: its variable, its meaning, its default if it may have one.

`os.environ` is read here and nowhere else. A missing or malformed setting is an error at start
that names each one. There is no default secret: `helix run` makes secrets for one machine and
keeps them in its data folder.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

SERVICES = ("donations", "programs", "reporting")
# The regencies whose official areas come with this build (shared/areas).
REGENCIES = ("35.17",)

_REQUIRED = object()


class SettingsError(Exception):
    """One or more settings are missing or malformed; the text names each."""


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return text == "1"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _setting(
    variable: str,
    meaning: str,
    *,
    default: Any = _REQUIRED,
    parse: Callable[[str], Any] = str,
    only: tuple[str, ...] = SERVICES,
) -> Any:
    """Declare a setting. `{service}` in the variable is the service's name in capitals."""
    return field(
        metadata={
            "variable": variable,
            "meaning": meaning,
            "default": default,
            "parse": parse,
            "only": only,
        }
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one service's process."""

    service: str = field(metadata={})
    regency: str = _setting("HELIX_REGENCY", "official code of the regency", default="35.17")
    local: bool = _setting(
        "HELIX_LOCAL", "1 on one machine without TLS: cookies travel over http", default=False, parse=_flag
    )
    database_url: str = _setting(
        "HELIX_{service}_DATABASE_URL", "postgresql://... of this service's own database"
    )
    bus: str = _setting("HELIX_BUS", "`kafka` or `builtin`", default="kafka")
    kafka_bootstrap: tuple[str, ...] = _setting(
        "HELIX_KAFKA_BOOTSTRAP", "host:port of brokers, with commas", default=(), parse=_words
    )
    bus_database_url: str = _setting("HELIX_BUS_DATABASE_URL", "database of the built-in log", default="")
    partitions: int = _setting(
        "HELIX_PARTITIONS", "partitions of each topic, when it is made", default=3, parse=int
    )
    replication: int = _setting(
        "HELIX_REPLICATION", "replicas of each topic, when it is made", default=1, parse=int
    )
    public_url: str = _setting(
        "HELIX_{service}_URL", "where clients reach this service; issuer of its tokens"
    )
    donations_url: str = _setting("HELIX_DONATIONS_URL", "where clients reach donations")
    programs_url: str = _setting("HELIX_PROGRAMS_URL", "where clients reach programs")
    reporting_url: str = _setting("HELIX_REPORTING_URL", "where clients reach reporting")
    secret_key: str = _setting(
        "HELIX_{service}_SECRET_KEY", "signs cookies and encrypts stored answers; 32 characters or more"
    )
    signing_key: str = _setting(
        "HELIX_{service}_SIGNING_KEY",
        "Ed25519 private key (PEM) that signs this service's access tokens; empty where an OpenID Connect"
        " provider signs",
        default="",
    )
    trusted_issuers: tuple[str, ...] = _setting(
        "HELIX_TRUSTED_ISSUERS",
        "issuer=URL of its JWKS, with commas: whose access tokens are believed",
        default=(),
        parse=_words,
    )
    identity_key: str = _setting(
        "HELIX_IDENTITY_KEY",
        "32 bytes, hex: encrypts NIK, KK numbers, names, addresses and the rows of imports",
        only=("programs",),
    )
    blind_index_key: str = _setting(
        "HELIX_BLIND_INDEX_KEY",
        "32 bytes, hex: keys the look-up index of NIK and KK numbers",
        only=("programs",),
    )
    audit_key: str = _setting(
        "HELIX_AUDIT_KEY",
        "32 bytes, hex: keys the hash chain of the audit log",
        only=("programs",),
    )
    rate_limit: str = _setting("HELIX_RATE_LIMIT", "requests a client may make", default="600 per minute")
    sign_in_limit: str = _setting(
        "HELIX_SIGN_IN_LIMIT", "sign-in attempts of one address", default="10 per minute"
    )
    proxies: int = _setting(
        "HELIX_PROXIES", "reverse proxies in front whose X-Forwarded-* is believed", default=0, parse=int
    )
    synthetic: bool = _setting(
        "HELIX_SYNTHETIC",
        "1 where the registry is synthetic: every page and answer says so",
        default=False,
        parse=_flag,
    )
    contact: str = _setting(
        "HELIX_CONTACT",
        "where donors reach the distribution desk, as their pages say it: an office, an e-mail address, a phone",
        default="",
        only=("donations",),
    )
    log_level: str = _setting("HELIX_LOG_LEVEL", "least severe level logged", default="INFO")
    stall_seconds: int = _setting(
        "HELIX_STALL_SECONDS",
        "a worker with lag whose position has not moved for so long ends itself",
        default=60,
        parse=int,
    )


def declared() -> list[tuple[str, str, object]]:
    """Return (variable, meaning, default or None if required) of every setting, in order."""
    return [
        (
            f.metadata["variable"],
            f.metadata["meaning"],
            None if f.metadata["default"] is _REQUIRED else f.metadata["default"],
        )
        for f in fields(Settings)
        if f.metadata
    ]


def load(service: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a service; raise SettingsError naming everything that is wrong."""
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {"service": service}
    faults: list[str] = []
    for f in fields(Settings):
        if not f.metadata:
            continue
        variable = f.metadata["variable"].format(service=service.upper())
        default = f.metadata["default"]
        text = source.get(variable, "")
        if not text and default is _REQUIRED and service in f.metadata["only"]:
            faults.append(f"{variable} is missing: {f.metadata['meaning']}")
        try:
            values[f.name] = f.metadata["parse"](text) if text else "" if default is _REQUIRED else default
        except ValueError as error:
            faults.append(f"{variable} is malformed: {error}")
    if not faults:
        faults.extend(_contradictions(values))
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(**values)


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    faults = []
    if values["service"] not in SERVICES:
        faults.append(f"the service must be one of {', '.join(SERVICES)}")
    if values["regency"] not in REGENCIES:
        faults.append(f"HELIX_REGENCY must be one whose areas this build holds: {', '.join(REGENCIES)}")
    if values["bus"] not in {"kafka", "builtin"}:
        faults.append("HELIX_BUS must be kafka or builtin")
    if values["bus"] == "kafka" and not values["kafka_bootstrap"]:
        faults.append("HELIX_KAFKA_BOOTSTRAP is missing: HELIX_BUS is kafka")
    if values["bus"] == "builtin" and not values["bus_database_url"]:
        faults.append("HELIX_BUS_DATABASE_URL is missing: HELIX_BUS is builtin")
    if len(values["secret_key"]) < 32:
        faults.append(f"HELIX_{values['service'].upper()}_SECRET_KEY is too short: 32 characters or more")
    return faults


def passthrough() -> dict[str, str]:
    """Return this process's environment, for the processes the launcher starts."""
    return dict(os.environ)


def adopt(environment: Mapping[str, str]) -> None:
    """Make this the environment of this process, and of those it starts."""
    os.environ.clear()
    os.environ.update(environment)
