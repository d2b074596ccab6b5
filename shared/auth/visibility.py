"""The one rule of which rows a caller sees, applied to every ORM statement of a request.

A model says whose its rows are by one of three mixins; lists, counts, look-ups, exports and
updates then all obey without asking. A worker has no caller and sees every row. A public
aggregate says so: `execution_options(everyone=True)`.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import has_request_context
from sqlalchemy import ColumnElement, String, false, or_, true
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from shared.auth.principal import OFFICERS, Principal, current_principal

# The execution option of a statement whose answer does not depend on whose page asks for it.
OF_ALL = {"everyone": True}


class OwnedByStakeholder:
    """A row that belongs to one organisation."""

    stakeholder_id: Mapped[UUID] = mapped_column(index=True)


class InArea:
    """A row that lies in one village; `desa` is its official code."""

    desa: Mapped[str] = mapped_column(String(13), index=True)


class OwnedInArea:
    """A row that belongs to one organisation and concerns one village: its owner sees it wherever it
    lies, an officer where it lies in the officer's area.
    """

    stakeholder_id: Mapped[UUID] = mapped_column(index=True)
    desa: Mapped[str] = mapped_column(String(13))


def lies_in(desa: Any, area: str) -> ColumnElement[bool]:
    """Return the condition that a column's code is the area, or lies in it.

    The code of an area is the prefix of the codes inside it, level by level: `35.17` > `35.17.01`.
    """
    return or_(desa == area, desa.like(f"{area}.%"))


def limit_to_visible(state: ORMExecuteState) -> None:
    """Add the caller's limits to an ORM statement."""
    if not has_request_context() or state.execution_options.get("everyone", False):
        return
    if not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    state.statement = state.statement.options(*_limits_of(current_principal()))


@lru_cache(maxsize=256)
def _limits_of(caller: Principal) -> tuple[ExecutableOption, ...]:
    """Return the caller's limits; they are made once, because every statement of every request takes them."""
    return _owned(OwnedByStakeholder, caller), _owned(OwnedInArea, caller), _in_area(InArea, caller)


def _owned(model: type, caller: Principal) -> ExecutableOption:
    owner = caller.stakeholder
    if owner is not None:
        return _where(model, lambda cls: cls.stakeholder_id == owner)
    if not caller.has(*OFFICERS):
        return _where(model, lambda cls: false())
    if model is OwnedInArea:
        return _in_area(model, caller)
    # What lies nowhere is the whole regency's: an officer of one area has no part of it.
    return _where(model, lambda cls: true()) if caller.area is None else _where(model, lambda cls: false())


def _in_area(model: type, caller: Principal) -> ExecutableOption:
    area = caller.area
    if area is None:
        # Only officers may be without an area; a social worker without one sees nothing.
        whole = caller.has(*OFFICERS)
        return _where(model, lambda cls: true()) if whole else _where(model, lambda cls: false())
    if not caller.has("tksk", *OFFICERS):
        return _where(model, lambda cls: false())
    # Not `lies_in`: the criteria are kept as they are written here, and only plain values are put in anew.
    inside = f"{area}.%"
    return _where(model, lambda cls: or_(cls.desa == area, cls.desa.like(inside)))


def _where(model: type, rule: Callable[[Any], ColumnElement[bool]]) -> ExecutableOption:
    return with_loader_criteria(model, rule, include_aliases=True)
