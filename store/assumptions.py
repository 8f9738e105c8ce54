"""The assumptions of single customers, where they differ from the team's. Every change is kept, with its reason."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.engine import Connection

from store.one_of import one_of_ids
from store.tables import customer_assumptions, people
from store.workspace import Author, Horizon, Rate
from value.assumptions import Assumptions
from value.projection import factor, is_plausible


class OwnAssumptions(BaseModel):
    """What one customer's projection assumes otherwise than the team's; None is as the team's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sales_growth_annual: Rate | None = None
    margin_improvement_annual: Rate | None = None
    discount_rate_annual: Rate | None = None
    horizon_years: Horizon | None = None

    @property
    def differing(self) -> dict[str, Any]:
        """Only what is set."""
        return self.model_dump(exclude_none=True)

    def differing_from(self, team: Assumptions) -> "OwnAssumptions":
        """These without what the team assumes as well."""
        return OwnAssumptions(**{name: its for name, its in self.differing.items() if its != getattr(team, name)})

    def over(self, team: Assumptions) -> Assumptions:
        """The team's assumptions with these in place of theirs."""
        return replace(team, **self.differing)


class ImplausibleError(Exception):
    """Assumptions that make more of 1.00 of yearly profit than anybody plans with; `customers` is how many customers
    with assumptions of their own this is about, 0 where it is about the team's.
    """

    def __init__(self, factor: float, customers: int = 0) -> None:
        super().__init__(f"1.00 of profit would be worth {factor:.6g}")
        self.factor = factor
        self.customers = customers


def refuse_implausible(assumptions: Assumptions) -> None:
    """Errors: ImplausibleError. The one measure of the team's assumptions and of those of a customer."""
    if not is_plausible(assumptions):
        raise ImplausibleError(factor(assumptions))


def refuse_implausible_own(connection: Connection, before: Assumptions, after: Assumptions) -> None:
    """Errors: ImplausibleError where a change of the team's assumptions makes those of single customers implausible."""
    own = every(connection).values()
    beyond = [its.over(after) for its in own if is_plausible(its.over(before)) and not is_plausible(its.over(after))]
    if beyond:
        raise ImplausibleError(max(map(factor, beyond)), len(beyond))


@dataclass(frozen=True, slots=True)
class Version:
    """What a customer's own assumptions became in one change, who changed them, and why."""

    id: int
    customer_id: int
    own: OwnAssumptions
    at: dt.datetime
    by: Author
    reason: str


def newest(connection: Connection, customer_id: int) -> Version | None:
    """The last change of this customer's assumptions, None where there was none."""
    row = connection.execute(_NEWEST, {"customer": customer_id}).first()
    return None if row is None else _version(row)


def made_by(connection: Connection, receipt: str) -> tuple[Version | None, Version] | None:
    """The change that came with this receipt, and the one before it."""
    row = connection.execute(_VERSIONS.where(customer_assumptions.c.receipt == receipt)).first()
    if row is None:
        return None
    of_customer = customer_assumptions.c.customer_id == row.customer_id
    former = connection.execute(_VERSIONS.where(of_customer, customer_assumptions.c.id < row.id).limit(1)).first()
    return None if former is None else _version(former), _version(row)


def every(connection: Connection, of: Collection[int] | None = None) -> dict[int, OwnAssumptions]:
    """The customers that have assumptions of their own now, among `of` where given."""
    rows = connection.execute(_EVERY) if of is None else connection.execute(_EVERY_OF, {"ids": sorted(of)})
    return {row.customer_id: OwnAssumptions.model_validate(row.document) for row in rows if row.document}


def change(
    connection: Connection,
    customer_id: int,
    to: OwnAssumptions,
    *,
    by: str,
    at: dt.datetime,
    reason: str,
    receipt: str | None = None,
) -> bool:
    """Settle on `to`; True where that changes anything. What came with the same receipt before changes nothing."""
    former = newest(connection, customer_id)
    if to == (former.own if former else OwnAssumptions()):
        return False
    if receipt is not None and made_by(connection, receipt) is not None:
        return False
    row = {"document": to.model_dump(mode="json", exclude_none=True), "changed_at": at, "changed_by": by}
    connection.execute(
        customer_assumptions.insert().values(**row, customer_id=customer_id, reason=reason, receipt=receipt)
    )
    return True


def _each(*chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    own = customer_assumptions.c
    newest = sa.select(sa.func.max(own.id)).where(*chosen).group_by(own.customer_id)
    return sa.select(own.customer_id, own.document).where(own.id.in_(newest))


_EVERY, _EVERY_OF = _each(), _each(one_of_ids(customer_assumptions.c.customer_id, "ids"))
_VERSIONS = (
    sa.select(customer_assumptions, people.c.name.label("by_name"))
    .outerjoin(people, people.c.slack_user_id == customer_assumptions.c.changed_by)
    .order_by(customer_assumptions.c.id.desc())
)
_NEWEST = _VERSIONS.where(customer_assumptions.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger())).limit(
    1
)


def _version(row: sa.Row[Any]) -> Version:
    by = Author(row.changed_by, row.by_name)
    own = OwnAssumptions.model_validate(row.document)
    return Version(row.id, row.customer_id, own, row.changed_at, by, row.reason)
