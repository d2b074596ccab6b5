"""Settings with which an app can be made to be looked at, not run: for its OpenAPI document and its routes."""

from helix.signing_key import new_signing_key
from shared.settings import Settings, load


def example_settings(service: str) -> Settings:
    """Return settings whose addresses lead nowhere."""
    name = service.upper()
    return load(
        service,
        {
            "HELIX_BUS": "builtin",
            "HELIX_BUS_DATABASE_URL": "postgresql://nowhere.invalid/log",
            f"HELIX_{name}_DATABASE_URL": f"postgresql://nowhere.invalid/{service}",
            "HELIX_DONATIONS_URL": "https://helix.example.org/donations",
            "HELIX_PROGRAMS_URL": "https://helix.example.org/programs",
            "HELIX_REPORTING_URL": "https://helix.example.org",
            f"HELIX_{name}_SECRET_KEY": "only to look at the app, not to run it",
            f"HELIX_{name}_SIGNING_KEY": new_signing_key(),
            "HELIX_IDENTITY_KEY": "00" * 32,
            "HELIX_BLIND_INDEX_KEY": "00" * 32,
            "HELIX_AUDIT_KEY": "00" * 32,
        },
    )
