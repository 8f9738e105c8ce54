"""Care data for the demo, made up by these rules from a seed; the ledger beside it is real. Every row is marked.

- People: each customer has one to three contacts. Those of the most valuable have a birthday or an anniversary within
  the next weeks; one is born on 29 February, some years are not known, a few people are gone.
- Touches over the last year: the more a customer is worth and the more diligent its rep, the more; reps differ by a
  factor of four. One customer in twelve was never touched, whatever it is worth. Nobody was touched on a weekend.
- Promises: one in three touches of the last four months brought one. Four in five are kept on time, most others late; a
  few are still open, of which some are overdue.
- Two events, one past and one to come, to which loyal customers were invited; one open complaint and one that was
  settled; one exit, which is the customer that cost us most; one difficult customer; three who were asked for a
  reference; two who are snoozed.

store/invented_words.py has the names and sentences.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import guests, standings
from store import invented_words as words
from store.tables import (
    contacts,
    customer_care,
    customer_values,
    customers,
    event_guests,
    events,
    promises,
    snoozes,
    touch_people,
    touches,
)

AUTHOR = "the demo"
# How many touches a year for the most valuable tenth, the three tenths after it, and the others.
TOUCHES_A_YEAR = ((0.1, 8.0), (0.4, 5.0), (1.0, 2.6))
NEVER_TOUCHED = 1 / 12
PROMISES_DAYS = 120
BIRTHDAYS_NEAR = 14
SATURDAY = 5

Row = dict[str, Any]


@dataclass(slots=True)
class _Customer:
    """A customer of the ledger by its place among all by value, with the rows that are made up for it."""

    id: int
    owner_id: int | None
    place: float
    since_on: dt.date | None
    profit_minor: int | None
    contact_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Making:
    """What is being made up, and what it depends on."""

    connection: Connection
    chance: random.Random
    today: dt.date
    at: dt.datetime
    customers: list[_Customer]

    def some(self, table: sa.Table, rows: Sequence[Row]) -> list[int]:
        """Keep these rows; their ids, in their order."""
        if not rows:
            return []
        added = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return [int(row.id) for row in self.connection.execute(added, list(rows))]

    def workday(self, days_ago: int) -> dt.date:
        """The day so many days ago, or the Friday before it."""
        day = self.today - dt.timedelta(days=days_ago)
        return day - dt.timedelta(days=max(0, day.weekday() - SATURDAY + 1))

    def invitable(self) -> list[_Customer]:
        """Whom Melktert itself would invite first."""
        by_id = {one.id: one for one in self.customers}
        return [by_id[one.customer_id] for one in guests.propose(self.connection, None, 40)]


def invent(connection: Connection, *, today: dt.date, at: dt.datetime, seed: int = 1) -> None:
    """Make up care data for the customers of the ledger: the same for the same ledger, day and seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    making = _Making(connection, chance, today, at, _customers(connection))
    _people(making)
    touch_rows = _touches(making)
    touch_rows += _troubles(making)
    touch_rows += _events(making)
    ids = making.some(touches, [{key: row[key] for key in row if key != "reps"} for row in touch_rows])
    there = [
        {"touch_id": touch_id, "ordinal": ordinal, "rep_id": rep_id}
        for touch_id, row in zip(ids, touch_rows, strict=True)
        for ordinal, rep_id in enumerate(row["reps"], 1)
    ]
    connection.execute(touch_people.insert(), there)
    making.some(promises, _promises(making, touch_rows, ids))
    _settled(making)
    standings.refresh(connection)


def _customers(connection: Connection) -> list[_Customer]:
    """All customers, the most valuable first."""
    value = customer_values.c
    rows = connection.execute(
        sa.select(customers.c.id, customers.c.owner_rep_id, value.first_purchase_on, value.gross_profit_minor)
        .join_from(customers, customer_values, value.customer_id == customers.c.id)
        .order_by(sa.func.coalesce(value.projected_value_minor, 0).desc(), customers.c.id)
    ).all()
    return [
        _Customer(row.id, row.owner_rep_id, at / len(rows), row.first_purchase_on, row.gross_profit_minor)
        for at, row in enumerate(rows)
    ]


# --- people ---------------------------------------------------------------------------------------------------------


def _people(making: _Making) -> None:
    rows: list[Row] = []
    of: list[_Customer] = []
    for at, customer in enumerate(making.customers):
        for number in range(making.chance.choice((1, 1, 2, 2, 3))):
            near = at + 1 if number == 0 and at < BIRTHDAYS_NEAR else None
            rows.append(_contact(making, customer.id, near))
            of.append(customer)
    # One of them is born on a leap day, and one is gone whose birthday is near.
    rows[-1] |= {"birthday_month": 2, "birthday_day": 29, "birthday_year": 1968}
    rows[1] |= {"gone_on": making.workday(40)}
    for contact_id, customer in zip(making.some(contacts, rows), of, strict=True):
        customer.contact_ids.append(contact_id)


def _contact(making: _Making, customer_id: int, near_days: int | None) -> Row:
    chance = making.chance
    row: Row = dict.fromkeys(("birthday_month", "birthday_day", "birthday_year"))
    row |= dict.fromkeys(("anniversary_month", "anniversary_day", "anniversary_year", "anniversary_of", "gone_on"))
    row |= {
        "customer_id": customer_id,
        "name": f"{chance.choice(words.FIRST_NAMES)} {chance.choice(words.LAST_NAMES)}",
        "role": chance.choice(words.ROLES),
        "preferences": chance.choice(words.PREFERENCES) if chance.random() < 0.4 else None,
        "is_invented": True,
        "added_at": making.at,
        "added_by": AUTHOR,
    }
    if near_days is None and chance.random() < 0.03:
        row["gone_on"] = making.workday(chance.randrange(10, 300))
    if near_days is None and chance.random() < 0.4:
        return row
    ahead = chance.randrange(365) if near_days is None else near_days
    day = making.today + dt.timedelta(days=ahead)
    year = day.year - chance.randrange(30, 62) if chance.random() < 0.5 else None
    kept = {"month": day.month, "day": 28 if (day.month, day.day) == (2, 29) else day.day, "year": year}
    if near_days is not None and near_days % 4 == 0:
        return row | {f"anniversary_{name}": value for name, value in kept.items()} | {"anniversary_of": "wedding"}
    return row | {f"birthday_{name}": value for name, value in kept.items()}


# --- touches --------------------------------------------------------------------------------------------------------


def _touches(making: _Making) -> list[Row]:
    chance = making.chance
    owners = sorted({one.owner_id for one in making.customers if one.owner_id is not None})
    diligence = {owner_id: 0.4 + 1.2 * at / max(1, len(owners) - 1) for at, owner_id in enumerate(owners)}
    chance.shuffle(owners)
    diligence = dict(zip(owners, diligence.values(), strict=True))
    rows: list[Row] = []
    for customer in making.customers:
        if customer.owner_id is None or chance.random() < NEVER_TOUCHED:
            continue
        a_year = next(number for share, number in TOUCHES_A_YEAR if customer.place < share)
        expected = a_year * diligence[customer.owner_id]
        for _ in range(int(expected) + (chance.random() < expected % 1)):
            days_ago = chance.randrange(2, 364)
            kind = chance.choices(("visit", "call", "message", "conversation", "gift"), (40, 30, 15, 9, 6))[0]
            rows.append(_touch(making, customer, kind, days_ago))
            if kind in ("visit", "conversation") and chance.random() < 0.15:
                rows[-1]["reps"].append(chance.choice([one for one in owners if one != customer.owner_id]))
    return rows


def _touch(making: _Making, customer: _Customer, kind: str, days_ago: int, **more: object) -> Row:
    chance = making.chance
    is_gift = kind == "gift"
    whom = chance.choice(customer.contact_ids) if customer.contact_ids and chance.random() < 0.8 else None
    return {
        "customer_id": customer.id,
        "kind": kind,
        "happened_on": making.workday(days_ago),
        "contact_id": whom,
        "event_id": None,
        "minutes": chance.choice((20, 30, 45, 60, 90)) if kind in ("visit", "conversation") else None,
        "cost_minor": chance.choice((200, 200, 1500, 4000)) if is_gift else None,
        "currency": "USD" if is_gift else None,
        "outcome": chance.choice(("good", "good", "neutral", None)),
        "note": chance.choice(words.NOTES.get(kind, ("",))),
        "learned": chance.choice(words.LEARNED) if kind == "conversation" else None,
        "author": AUTHOR,
        "logged_at": making.at - dt.timedelta(days=days_ago),
        "is_invented": True,
        "reps": [] if customer.owner_id is None else [customer.owner_id],
    } | more


def _troubles(making: _Making) -> list[Row]:
    """A complaint that is open, and one that was settled, both of valuable customers."""
    upset, calmed = making.customers[4], making.customers[11]
    return [
        _touch(making, upset, "call", 6, outcome="complaint", note=words.COMPLAINT),
        _touch(making, calmed, "call", 51, outcome="complaint", note=words.COMPLAINT),
        _touch(making, calmed, "visit", 44, outcome="settled", note=words.SETTLED),
    ]


def _events(making: _Making) -> list[Row]:
    """A ride that was, and a race day to come, with their guests; and the touches that these are."""
    invited = [one for one in making.invitable() if one is not making.customers[4]]
    held = [making.workday(95), making.today + dt.timedelta(days=16)]
    ids = making.some(
        events,
        [
            {
                "title": title,
                "place": place,
                "seats": seats,
                "held_on": held_on,
                "made_at": making.at,
                "made_by": AUTHOR,
                "is_invented": True,
            }
            for (title, place, seats), held_on in zip(words.EVENTS, held, strict=True)
        ],
    )
    past, coming = invited[6:16], invited[:9]
    states = [(one, ids[0], "came" if at % 4 else "missed") for at, one in enumerate(past)]
    states += [(one, ids[1], ("coming", "invited", "coming", "declined")[at % 4]) for at, one in enumerate(coming)]
    changed = {"changed_at": making.at, "changed_by": AUTHOR}
    making.connection.execute(
        event_guests.insert(),
        [{"event_id": event_id, "customer_id": one.id, "state": state, **changed} for one, event_id, state in states],
    )
    rows: list[Row] = []
    for one, event_id, state in states:
        title = words.EVENTS[ids.index(event_id)][0]
        told = {"event_id": event_id, "outcome": None}
        days_ago = 120 if event_id == ids[0] else 9
        rows.append(_touch(making, one, "invitation", days_ago, note=f"Invited to {title}", **told))
        if state == "came":
            rows.append(_touch(making, one, "visit", 95, note=f"Came to {title}", minutes=None, **told))
    return rows


# --- promises and what is settled -----------------------------------------------------------------------------------


def _promises(making: _Making, touch_rows: Sequence[Row], touch_ids: Sequence[int]) -> list[Row]:
    chance = making.chance
    rows: list[Row] = []
    for touch_id, touch in zip(touch_ids, touch_rows, strict=True):
        made_on, kind = touch["happened_on"], touch["kind"]
        is_recent = (making.today - made_on).days <= PROMISES_DAYS
        if kind not in ("visit", "call", "conversation") or not touch["reps"] or not is_recent:
            continue
        if chance.random() > 1 / 3:
            continue
        due_on = made_on + dt.timedelta(days=chance.randrange(3, 24))
        due_on += dt.timedelta(days=(7 - due_on.weekday()) % 7 if due_on.weekday() >= SATURDAY else 0)
        rows.append(
            {
                "customer_id": touch["customer_id"],
                "contact_id": touch["contact_id"],
                "touch_id": touch_id,
                "text": chance.choice(words.PROMISES),
                "due_on": due_on,
                "first_due_on": due_on,
                "rep_id": touch["reps"][0],
                "made_at": touch["logged_at"],
                "made_by": AUTHOR,
                "is_invented": True,
                **_kept(making, made_on, due_on),
            }
        )
    return rows


def _kept(making: _Making, made_on: dt.date, due_on: dt.date) -> Row:
    """How a promise ended, or that it is open."""
    fate, late_days = making.chance.random(), making.chance.randrange(1, 10)
    early = due_on - dt.timedelta(days=making.chance.randrange(0, 3))
    on_time = max(made_on, early)
    late_on = due_on + dt.timedelta(days=late_days)
    if fate < 0.8 and due_on < making.today:
        return {"state": "kept", "closed_on": on_time, "is_late": False}
    if late_on < making.today and (fate < 0.95 or (making.today - due_on).days > 30):
        return {"state": "kept", "closed_on": late_on, "is_late": True}
    return {"state": "open", "closed_on": None, "is_late": False}


def _settled(making: _Making) -> None:
    """An exit, a difficult customer, three who were asked for a reference, and two who are snoozed."""
    worst = min(making.customers, key=lambda one: (one.profit_minor or 0, one.id))
    row: Row = dict.fromkeys(("exit_reason", "exit_on", "exit_by", "is_referenceable", "reference_asked_on"))
    row["is_difficult"] = False
    best = making.customers
    rows = [
        {**row, "customer_id": worst.id, "exit_on": making.workday(30), "exit_by": AUTHOR, "exit_reason": words.EXIT},
        {**row, "customer_id": best[4].id, "is_difficult": True},
        {**row, "customer_id": best[0].id, "is_referenceable": True, "reference_asked_on": making.workday(200)},
        {**row, "customer_id": best[2].id, "is_referenceable": False, "reference_asked_on": making.workday(100)},
        {**row, "customer_id": best[3].id, "reference_asked_on": making.workday(20)},
    ]
    making.connection.execute(customer_care.insert(), rows)
    making.connection.execute(customers.update().where(customers.c.id == worst.id).values(status="exit"))
    put_aside = [
        {
            "customer_id": one.id,
            "until_on": making.today + dt.timedelta(days=days),
            "reason": reason,
            "made_at": making.at,
            "made_by": AUTHOR,
        }
        for one, days, reason in zip((best[20], best[33]), (21, 45), words.SNOOZES, strict=True)
    ]
    making.connection.execute(snoozes.insert(), put_aside)
