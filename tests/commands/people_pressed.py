"""A team of reps in every state that /melktert people knows, and how an admin presses the buttons of its list."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Action, Form, Item, Person, Reply, Role
from store import people, reps, tables
from store.database import Database
from store.people import Person as Known
from tests.commands.asking import ask
from tests.ledger import NOW, Ledger

ADMIN = Person("U9", "T1", role=Role.ADMIN)
SAM = Known("U9", "T1", "Sam", "sam@example.com")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna has the e-mail of somebody in Slack, Ben is linked, Cleo's person left Slack, Dan and Eve are linked to
    nobody; all but Eve have customers, and one customer has no rep.
    """
    ledger = Ledger(db)
    ids = {name: ledger.rep(name, f"{name.lower()}@example.com") for name in ("Anna", "Ben", "Cleo", "Dan", "Eve")}
    customers = {name: ledger.customer(f"{name}'s", owner=ids[name]) for name in ("Anna", "Ben", "Cleo", "Dan")}
    nobodys = ledger.customer("Nobody's")
    ledger.done()
    known = [Known(f"U{at}", "T1", f"{name.lower()} in Slack") for at, name in enumerate(("Anna", "Ben", "Cleo"), 1)]
    known[0] = replace(known[0], email="anna@example.com")
    with db.writing() as connection:
        people.remember(connection, [*known, SAM], NOW)
        for name, slack_user_id in (("Ben", "U2"), ("Cleo", "U3")):
            reps.link(connection, ids[name], slack_user_id, by="U9", at=NOW)
        people.remember(connection, [replace(known[2], kind="left")], NOW)
        people.set_role(connection, "U9", "admin", by="setting", at=NOW)
    return SimpleNamespace(db=db, ledger=ledger, ids=ids, customers=customers, nobodys=nobodys)


def listed(db: Database, line: str = "/melktert people", **values: str) -> Reply:
    return ask(db, line, person=ADMIN, values=values)


def items(reply: Reply) -> dict[str, Item]:
    return {plain(part.title): part for part in reply.parts if isinstance(part, Item)}


def action(reply: Reply, label: str, of: str = "") -> Action:
    actions = items(reply)[of].actions if of else reply.actions
    return next(one for one in actions if one.label.startswith(label))


def press(db: Database, pressed: Action, receipt: str | None = None) -> Reply:
    return ask(db, f"/{pressed.command}", person=ADMIN, values=dict(pressed.values), origin="button", receipt=receipt)


def submit(db: Database, form: Form | None, receipt: str | None = None, **filled: str) -> Reply:
    assert form is not None
    values = {**form.values, **filled}
    return ask(db, f"/{form.command}", person=ADMIN, values=values, origin="form", receipt=receipt)


def form_of(team: SimpleNamespace, label: str, of: str = "") -> Form:
    pressed = action(listed(team.db), label, of)
    assert pressed.opens_form
    form = press(team.db, pressed).form
    assert form is not None
    return form


def owners(db: Database) -> dict[str, str]:
    with db.reading() as connection:
        chosen = sa.select(tables.customers.c.name, tables.reps.c.name.label("rep"))
        rows = connection.execute(chosen.outerjoin_from(tables.customers, tables.reps, _OWNED))
        return {row.name: str(row.rep) for row in rows}


_OWNED = tables.reps.c.id == tables.customers.c.owner_rep_id


def audited(db: Database) -> int:
    with db.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.audit_entries)) or 0
