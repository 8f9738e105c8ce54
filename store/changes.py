"""Changing what the figures rest on: the change and the figures that follow from it are one transaction."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import assumptions, scoring, standings, workspace
from store.assumptions import OwnAssumptions
from store.audit import ANOTHER_CHANGE, RefusedError
from store.database import lock_figures
from store.tables import customer_values
from store.workspace import SCORED, Author, TeamSettings


class SupersededError(Exception):
    """Somebody changed the same since it was read, so that saving would undo what they did unseen."""

    def __init__(self, by: Author, at: dt.datetime) -> None:
        super().__init__(f"changed by {by.id} at {at.isoformat()}")
        self.by = by
        self.at = at


@dataclass(frozen=True, slots=True)
class Settled:
    """What the team's settings were and became, how many customers were scored anew, and of how many of them the money
    is not known now.
    """

    before: TeamSettings
    after: TeamSettings
    customers_scored: int
    customers_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a customer's own assumptions were and became."""

    before: OwnAssumptions
    after: OwnAssumptions


def settle(
    connection: Connection,
    fields: Mapping[str, object],
    *,
    by: str,
    at: dt.datetime,
    seen: int | None = None,
    receipt: str | None = None,
) -> Settled:
    """Change these settings, and score every customer where figures rest on them.

    `seen` is the id of the version that the change was made from. The same receipt again changes nothing, and is
    answered as it was. Errors: pydantic.ValidationError; SupersededError where `seen` is no longer the newest;
    assumptions.ImplausibleError.
    """
    lock_figures(connection)
    earlier = workspace.made_by(connection, receipt) if receipt is not None else None
    if earlier is not None:
        return _settled(connection, earlier.before, earlier.after.settings)
    newest = workspace.newest(connection)
    if seen is not None and newest.id != seen and newest.by and newest.at:
        raise SupersededError(newest.by, newest.at)
    before = newest.settings
    after = TeamSettings.model_validate({**before.model_dump(exclude_unset=True), **fields})
    if after.assumptions != before.assumptions:
        assumptions.refuse_implausible(after.assumptions)
        assumptions.refuse_implausible_own(connection, before.assumptions, after.assumptions)
    workspace.change(connection, after, by=by, at=at, receipt=receipt)
    if _rescored(before, after):
        scoring.score(connection)
    elif after != before:
        standings.refresh(connection)  # a cadence may have changed
    return _settled(connection, before, after)


def assume(
    connection: Connection,
    customer_id: int,
    own: OwnAssumptions,
    *,
    by: str,
    at: dt.datetime,
    reason: str,
    seen: int | None = None,
    receipt: str | None = None,
) -> Assumed:
    """Let this customer's projection rest on `own` where it differs from the team's assumptions, and on those again
    where it does not.

    `seen`, the receipt and the errors are as in `settle`; `seen` is 0 where there was no change yet. RefusedError where
    the receipt is that of a change of another customer's.
    """
    lock_figures(connection)
    earlier = assumptions.made_by(connection, receipt) if receipt is not None else None
    if earlier is not None:
        former, made = earlier
        if made.customer_id != customer_id:
            raise RefusedError(ANOTHER_CHANGE)
        return Assumed(former.own if former else OwnAssumptions(), made.own)
    newest = assumptions.newest(connection, customer_id)
    if seen is not None and newest is not None and newest.id != seen:
        raise SupersededError(newest.by, newest.at)
    before = newest.own if newest else OwnAssumptions()
    team = workspace.assumptions(connection)
    own = own.differing_from(team)
    if own.differing:
        assumptions.refuse_implausible(own.over(team))
    if assumptions.change(connection, customer_id, own, by=by, at=at, reason=reason, receipt=receipt):
        scoring.project_anew(connection, customer_id)
    return Assumed(before, own)


def _rescored(before: TeamSettings, after: TeamSettings) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in SCORED)


def _settled(connection: Connection, before: TeamSettings, after: TeamSettings) -> Settled:
    if not _rescored(before, after):
        return Settled(before, after, 0)
    # count() of a column leaves out where it is empty.
    counted = sa.select(sa.func.count(), sa.func.count(customer_values.c.unknown_reason)).select_from(customer_values)
    scored, unknown = connection.execute(counted).one()
    return Settled(before, after, scored, unknown)
