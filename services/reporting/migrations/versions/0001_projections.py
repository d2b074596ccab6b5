"""The first tables: the exchange of events, and what events fold into."""

from alembic import op

from shared.tables import EXCHANGE, IDEMPOTENCY

revision = "0001"
down_revision = None

_FIGURES = "pledged_idr", "reserved_idr", "contributed_idr", "delivered_idr"


def _sums(*names: str) -> str:
    return ", ".join(f"{name} bigint NOT NULL DEFAULT 0" for name in names)


def upgrade() -> None:
    for statement in (*EXCHANGE, *IDEMPOTENCY):
        op.execute(statement)
    op.execute("""
        CREATE TABLE household (
            id uuid NOT NULL CONSTRAINT pk_household PRIMARY KEY,
            version integer NOT NULL DEFAULT 0,
            desa varchar(13) NOT NULL DEFAULT '',
            people integer NOT NULL DEFAULT 0,
            status varchar(16) NOT NULL DEFAULT 'registered',
            verified_on date,
            set_aside bigint NOT NULL DEFAULT 0,
            deliveries integer NOT NULL DEFAULT 0,
            first_delivery_on date
        )""")
    op.execute("""
        CREATE TABLE need (
            id uuid NOT NULL CONSTRAINT pk_need PRIMARY KEY,
            desa varchar(13) NOT NULL DEFAULT '',
            quantity bigint NOT NULL DEFAULT 0,
            closed boolean NOT NULL DEFAULT false,
            set_aside bigint NOT NULL DEFAULT 0,
            delivered bigint NOT NULL DEFAULT 0
        )""")
    op.execute("""
        CREATE TABLE pledge (
            id uuid NOT NULL CONSTRAINT pk_pledge PRIMARY KEY,
            version integer NOT NULL DEFAULT 0,
            area varchar(13) NOT NULL DEFAULT '',
            fund varchar(32) NOT NULL DEFAULT '',
            strategy varchar(32) NOT NULL DEFAULT '',
            stakeholder_kind varchar(32) NOT NULL DEFAULT '',
            category varchar(32) NOT NULL DEFAULT 'any',
            value_idr bigint NOT NULL DEFAULT 0
        )""")
    counted = "households", "people", "verified", "matched", "delivered", "graduated"
    needs = "needs_open", "needs_covered", "needs_delivered"
    op.execute(f"""
        CREATE TABLE area_figures (
            area varchar(13) NOT NULL CONSTRAINT pk_area_figures PRIMARY KEY,
            {_sums(*counted, *needs, *_FIGURES)}
        )""")
    op.execute(f"""
        CREATE TABLE funding (
            fund varchar(32) NOT NULL,
            strategy varchar(32) NOT NULL,
            stakeholder_kind varchar(32) NOT NULL,
            category varchar(32) NOT NULL,
            {_sums(*_FIGURES)},
            CONSTRAINT pk_funding PRIMARY KEY (fund, strategy, stakeholder_kind, category)
        )""")
    for table, place in (("waited", "days integer"), ("waiting", "since date")):
        op.execute(f"""
            CREATE TABLE {table} (
                area varchar(13) NOT NULL,
                {place} NOT NULL,
                {_sums("households")},
                CONSTRAINT pk_{table} PRIMARY KEY (area, {place.split()[0]})
            )""")
    op.execute(f"""
        CREATE TABLE change (
            grain varchar(6) NOT NULL,
            start timestamptz NOT NULL,
            {_sums("people", "households", "verified", "graduated", *_FIGURES)},
            CONSTRAINT pk_change PRIMARY KEY (grain, start)
        )""")
    op.execute("""
        CREATE TABLE applied (
            one boolean NOT NULL DEFAULT true CONSTRAINT pk_applied PRIMARY KEY
                CONSTRAINT ck_applied_one CHECK (one),
            version bigint NOT NULL,
            as_of timestamptz,
            rules integer NOT NULL
        )""")
