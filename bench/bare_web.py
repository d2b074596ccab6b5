"""The bare counterpart of accepting a pledge: Flask and SQLAlchemy as their documentation shows them.

Nobody is asked who they are, nothing is checked, and a repeat is a second pledge.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock
from shared.database import sqlalchemy_url
from shared.ids import new_id


class Base(DeclarativeBase):
    """The tables of this app."""


db = SQLAlchemy(model_class=Base)


class BarePledge(db.Model):  # type: ignore[misc,name-defined]
    """A pledge as it was sent."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    fund: Mapped[str]
    strategy: Mapped[str]
    opens_on: Mapped[date] = mapped_column(default=clock.today)


def make_app(url: str) -> Flask:
    """Return the app on a database, in which it makes its table."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(url)
    db.init_app(app)
    app.add_url_rule("/healthz", "health", lambda: "ok")
    app.add_url_rule("/v1/pledges", "accept", accept, methods=["POST"])
    return app


def accept() -> ResponseReturnValue:
    """Insert a pledge and answer with it."""
    pledge = insert_pledge(request.get_json())
    return jsonify(id=pledge.id, quantity=pledge.quantity, fund=pledge.fund, opens_on=pledge.opens_on), 201


def insert_pledge(body: dict[str, Any]) -> BarePledge:
    """Insert a pledge and commit."""
    pledge = BarePledge(
        kind=body["resource"]["kind"],
        quantity=body["quantity"],
        fund=body["fund"],
        strategy=body["strategy"],
    )
    db.session.add(pledge)
    db.session.commit()
    return pledge
