"""A small service, made of nothing but the shared walls, to try them on."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Blueprint as Pages
from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from shared import tables
from shared.auth import access
from shared.auth.accounts import AccountColumns, Accounts, Grant
from shared.auth.principal import Principal, current_principal
from shared.auth.visibility import InArea, OwnedByStakeholder
from shared.bell import bell_of
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.http.fields import Quantity, Text, VillageCode
from shared.http.idempotency import idempotent
from shared.http.lists import PageQuery, listing, page
from shared.http.resources import Blueprint, created
from shared.http.versions import require_version, versioned
from shared.ids import new_id
from shared.service import Service, create_service_app
from shared.settings import Settings

db = Database()

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A table of the small service."""
else:
    Model = db.Model


class Account(AccountColumns, Model):
    """A local account."""

    __tablename__ = "account"


class Gift(OwnedByStakeholder, Model):
    """A row that belongs to somebody."""

    __tablename__ = "gift"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class House(InArea, Model):
    """A row that lies somewhere."""

    __tablename__ = "house"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class GiftSchema(Schema):
    """What comes in and goes out."""

    id = fields.UUID(dump_only=True)
    name = Text(longest=20, required=True)
    quantity = Quantity(load_only=True)
    village = VillageCode(load_only=True)
    parts = fields.List(Quantity(), load_only=True)


gifts = Blueprint("gifts", __name__, url_prefix="/v1/gifts")


@gifts.route("", methods=["POST"])
@access.only("donor", scope="pledges:write")
@idempotent
@gifts.arguments(GiftSchema)
@gifts.response(201, GiftSchema)
def create_gift(body: dict[str, Any]) -> Any:
    """Make a gift; the name `refused` is refused after the row was written."""
    owner = current_principal().stakeholder
    gift = Gift(id=new_id(), name=body["name"], stakeholder_id=owner)
    db.session.add(gift)
    db.session.flush()
    if gift.name == "refused":
        raise Conflict("refused", "This name is refused.")
    db.session.commit()
    return created(gift, f"/v1/gifts/{gift.id}")


@gifts.route("", methods=["GET"])
@access.only("donor", "planner")
@gifts.arguments(PageQuery, location="query")
@gifts.response(200, listing(GiftSchema))
def list_gifts(query: dict[str, Any]) -> Any:
    """List the gifts."""
    return page(db.session(), select(Gift), Gift.id, query)


@gifts.route("/<uuid:gift_id>", methods=["PATCH"])
@access.only("donor")
@versioned
@gifts.arguments(GiftSchema)
@gifts.response(200, GiftSchema)
def rename_gift(body: dict[str, Any], gift_id: UUID) -> Gift:
    """Rename a gift."""
    gift: Gift | None = db.session.scalar(select(Gift).where(Gift.id == gift_id).with_for_update())
    if gift is None:
        raise NotFound("gift")
    require_version(gift.version)
    gift.name, gift.version = body["name"], gift.version + 1
    db.session.commit()
    return gift


houses = Blueprint("houses", __name__, url_prefix="/v1/houses")


@houses.route("", methods=["GET"])
@access.only("tksk", "verifier")
def count_houses() -> dict[str, int]:
    """Count the houses in three ways."""
    rows = db.session.scalars(select(House)).all()
    counted = db.session.scalar(select(func.count()).select_from(House)) or 0
    all_of_them = select(func.count()).select_from(House).execution_options(everyone=True)
    return {"listed": len(rows), "counted": counted, "everyone": db.session.scalar(all_of_them) or 0}


@houses.route("/broken", methods=["GET"])
@access.everyone
def break_down() -> None:
    """Break, as a bug would."""
    db.session.execute(text("SELECT :nik / 0"), {"nik": 3517010101900001})


@houses.route("/unruled", methods=["GET"])
def no_rule() -> dict[str, str]:
    """Answer nobody: this route has no rule."""
    return {"secret": "yes"}


pages = Pages("probe_pages", __name__)


@pages.get("/mine")
@access.only("donor")
def show_mine() -> str:
    """Show a page for one role."""
    return f"page of {current_principal().display_name}"


KEYS: dict[str, Principal] = {}


@pytest.fixture
def probe(
    settings_of: Callable[..., Settings], make_database: Callable[[], str]
) -> Iterator[Callable[..., Flask]]:
    """Return a function that makes the small service on a fresh database."""
    made: list[Flask] = []

    def make(**changed: str) -> Flask:
        accounts = Accounts(Account)
        service = Service(
            name="donations",
            db=db,
            resources=(gifts, houses),
            pages=(pages,),
            accounts=accounts,
            find_key=lambda _session, key: KEYS.get(key),
        )
        settings = settings_of("donations", HELIX_DONATIONS_DATABASE_URL=make_database(), **changed)
        app = create_service_app(service, settings)
        made.append(app)
        with app.app_context():
            for statement in tables.EXCHANGE + tables.IDEMPOTENCY + tables.WORKER_STATE + tables.SIGN_IN:
                db.session.execute(text(statement))
            db.session.commit()
            db.create_all()
            grant = Grant(("donor",), display_name="Dana", stakeholder=new_id())
            accounts.add(db.session(), "dana", "correct horse battery", grant)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            bell_of(db.engine).close()
            db.engine.dispose()
