"""A team with promises, asked and answered as its members do: Anna in Johannesburg, Ben in Los Angeles, a manager."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

from commands._reply import Action, Item, Person, Reply, Role
from store import people, reps
from store.database import Database
from store.people import Person as Known
from tests.commands.asking import ask
from tests.ledger import NOW, Ledger, Line

# NOW is on this Monday.
MONDAY = dt.date(2026, 6, 1)
FRIDAY, SATURDAY = dt.date(2026, 6, 5), dt.date(2026, 6, 6)


@dataclass
class Team:
    """Anna is a rep with two customers and U1 in Slack; Ben is U2 and no rep; Mara, U3, is a manager."""

    db: Database
    anna_id: int = 0
    acme: int = 0
    zephyr: int = 0
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        ledger = Ledger(self.db)
        self.anna_id = ledger.rep("Anna Botha")
        self.acme, self.zephyr = (ledger.customer(name, owner=self.anna_id) for name in ("Acme", "Zephyr Cycles"))
        for customer, amount in ((self.acme, "1000"), (self.zephyr, "500")):
            ledger.invoice(customer, dt.date(2024, 6, 1), Line("100", "50"))
            ledger.invoice(customer, dt.date(2026, 5, 20), Line(amount, "100"))
        ledger.done()
        known = [
            Known("U1", "T1", "Anna", zone="Africa/Johannesburg"),
            Known("U2", "T1", "Ben", zone="America/Los_Angeles"),
            Known("U3", "T1", "Mara"),
            Known("U4", "T1", "Gus", kind="guest"),
        ]
        with self.db.writing() as connection:
            people.remember(connection, known, NOW)
            reps.link(connection, self.anna_id, "U1", by="U3", at=NOW)

    @property
    def anna(self) -> Person:
        return Person("U1", "T1", self.anna_id, zone="Africa/Johannesburg")

    @property
    def ben(self) -> Person:
        return Person("U2", "T1", zone="America/Los_Angeles")

    @property
    def mara(self) -> Person:
        return Person("U3", "T1", role=Role.MANAGER)

    def types(self, line: str, who: Person | None = None, today: dt.date = MONDAY, **about: object) -> Reply:
        """What somebody, Anna unless said, is answered."""
        about.setdefault("receipt", f"request {next(self.numbers)}")
        # What is judged by a day is judged by the day where somebody is, at this moment.
        about.setdefault("now", NOW + (today - MONDAY))
        return ask(self.db, line, person=who or self.anna, today=today, **about)  # type: ignore[arg-type]

    def presses(self, action: Action, who: Person | None = None, today: dt.date = MONDAY, **about: object) -> Reply:
        """What a button answers."""
        return self.types(f"/{action.command}", who, today, values=dict(action.values), origin="button", **about)

    def submits(
        self,
        form: Reply,
        who: Person | None = None,
        today: dt.date = MONDAY,
        receipt: str = "",
        now: dt.datetime | None = None,
        **given: str,
    ) -> Reply:
        """What the form of a reply answers, once these fields are filled in over what it begins with."""
        assert form.form is not None
        fields = {one.name: one.initial for one in form.form.fields}
        values = {**form.form.values, **fields, **given}
        about: dict[str, object] = {"receipt": receipt} if receipt else {}
        if now is not None:
            about["now"] = now
        return self.types(f"/{form.form.command}", who, today, values=values, origin="form", **about)

    def promised(self, line: str = "acme friday send the quote", who: Person | None = None) -> Reply:
        return self.types(f"/promise {line}", who)


def button(reply: Reply, label: str, entry: int = 0) -> Action:
    """The button of the reply itself, or of one of its entries, that begins so."""
    items = [part for part in reply.parts if isinstance(part, Item)]
    of_entry = items[entry].actions if entry < len(items) else ()
    return next(one for one in (*of_entry, *reply.actions) if one.label.startswith(label))
