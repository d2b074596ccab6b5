"""A setting that is missing is told at start, with all the others that are."""

import pytest

from shared.settings import SERVICES, SettingsError, declared, load

COMPLETE = {
    "HELIX_BUS": "kafka",
    "HELIX_KAFKA_BOOTSTRAP": "broker-1:9092, broker-2:9092",
    "HELIX_DONATIONS_URL": "https://helix.example/donations",
    "HELIX_PROGRAMS_URL": "https://helix.example/programs",
    "HELIX_REPORTING_URL": "https://helix.example",
    "HELIX_IDENTITY_KEY": "11" * 32,
    "HELIX_BLIND_INDEX_KEY": "22" * 32,
    "HELIX_AUDIT_KEY": "33" * 32,
} | {
    f"HELIX_{service.upper()}_{name}": value
    for service in SERVICES
    for name, value in {"DATABASE_URL": "postgresql://db/x", "SECRET_KEY": "s" * 32}.items()
}


@pytest.mark.parametrize("service", SERVICES)
def test_reads_a_complete_environment(service: str) -> None:
    settings = load(service, COMPLETE)
    assert settings.service == service
    assert settings.kafka_bootstrap == ("broker-1:9092", "broker-2:9092")
    assert settings.public_url == COMPLETE[f"HELIX_{service.upper()}_URL"]


def test_names_everything_that_is_missing_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        load("programs", {})
    for variable in ("HELIX_PROGRAMS_DATABASE_URL", "HELIX_PROGRAMS_SECRET_KEY", "HELIX_IDENTITY_KEY"):
        assert variable in str(told.value)


def test_only_programs_needs_the_keys_of_personal_data() -> None:
    without = {name: value for name, value in COMPLETE.items() if "KEY" not in name or "SECRET" in name}
    assert load("donations", without).identity_key == ""
    with pytest.raises(SettingsError, match="HELIX_IDENTITY_KEY"):
        load("programs", without)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"HELIX_LOCAL": "yes"}, "HELIX_LOCAL is malformed"),
        ({"HELIX_PARTITIONS": "many"}, "HELIX_PARTITIONS is malformed"),
        ({"HELIX_BUS": "pigeon"}, "HELIX_BUS must be"),
        ({"HELIX_KAFKA_BOOTSTRAP": ""}, "HELIX_KAFKA_BOOTSTRAP is missing"),
        ({"HELIX_BUS": "builtin"}, "HELIX_BUS_DATABASE_URL is missing"),
        ({"HELIX_DONATIONS_SECRET_KEY": "short"}, "HELIX_DONATIONS_SECRET_KEY is too short"),
    ],
)
def test_tells_what_is_malformed(changed: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load("donations", COMPLETE | changed)


def test_no_secret_has_a_default() -> None:
    defaults = {variable: default for variable, _, default in declared() if variable.endswith("_KEY")}
    assert set(defaults.values()) <= {None, ""}
    assert defaults["HELIX_{service}_SECRET_KEY"] is None
