"""Every card that holds a name, as the commands make it, and what must hold for it whatever the name is.

`python -m tests.bot.hostile_cards` puts each of the fifty thousand names on each card, for some twenty minutes; the
test run puts each of them on one.
"""

import datetime as dt
import itertools
import json
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection
from wcwidth import wcswidth

from bot import forms
from bot.answer import answer
from bot.ink import Screen
from bot.json_reply import as_json
from bot.log import Log
from bot.render import home, payload
from bot.terminal import card
from bot.wording import spell
from commands._reply import (
    Action,
    Count,
    Date,
    Field,
    Form,
    Money,
    Note,
    Option,
    Person,
    Place,
    Ratio,
    Reply,
    Request,
    Role,
    Text,
)
from store import care, changes, contacts, events, migrate, people, promises, touches
from store.assumptions import OwnAssumptions
from store.contacts import About
from store.database import Database
from store.events import NewEvent
from store.promises import NewPromise
from store.touches import NewTouch
from store.who import Who
from tests.bot.hostile_names import VICTIMS, changed, filled, hostile_names
from tests.bot.slack_accepts import faults, view_faults
from tests.ledger import NOW, Ledger, Line

ADMIN = Person("U01ADMIN", "T1", rep_id=1, role=Role.ADMIN)
RECENT = dt.date(2026, 3, 1)
# What a terminal obeys, by Unicode's categories, not by a list of ours; a non-joiner may be spelling.
OBEYED = re.compile(
    "["
    + "".join(
        re.escape(chr(point))
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and chr(point) != "\u200c"
    )
    + "]"
)

# --- the cards -------------------------------------------------------------------------------------------------------

LINES = (
    *("/clv Qqq7", "/clv Qqq7 15000", "/clv Qqq7 why", "/clv Qqqtwin", "/clv Qqqq99", "/clv Qqqx y z", "/top 30"),
    *('/clv "Qqq7" Qqqdeal', "/melktert Qqqcommand", "Qqqunknown Qqqtext", "/melktert people"),
    *("/melktert people Qqqnobody", "/melktert me", "/melktert home"),
    *("/melktert assume Qqq7", "/melktert assume Qqqtwin", "/melktert assume Qqqnone"),
    *("/customer Qqq7", "/customer new Qqqnew", "/melktert contact Qqq7", "/event", "/event Qqqevent", "/event never"),
)
BUTTONS = (
    Action("people", "", {"do": "link", "rep": "2"}),
    Action("people", "", {"do": "leave", "rep": "2"}),
    Action("people", "", {"do": "give", "rep": "2"}),
    Action("assume", "", {"customer": "8", "do": "change"}),
    Action("assume", "", {"customer": "8", "do": "back"}),
    Action("customer", "", {"customer": "8", "view": "buys"}),
    Action("customer", "", {"customer": "8", "view": "ask"}),
    Action("customer", "", {"customer": "8", "do": "exit"}),
    Action("customer", "", {"do": "add", "name": "Qqqnew"}),
    Action("contact", "", {"contact": "1", "do": "edit"}),
    Action("event", "", {"event": "1", "view": "guests"}),
    Action("event", "", {"event": "1", "customer": "9", "do": "invite"}),
    Action("event", "", {"invite": "8"}),
)
# What is confirmed changes the list that all the others show, so it comes last.
SUBMISSIONS = (Action("people", "", {"do": "confirm", "rep": "2", "person": "U01COLLEAGUE"}),)
# A form that has names wherever a form can have words.
FORM = Form(
    command="people",
    title="Qqqtitle",
    fields=(
        Field("text", "Qqqlabel", initial="Qqqtext", hint="Qqqhint"),
        Field("long", "Qqqlabel", "long", initial="Qqqtext\nQqqtext", required=False),
        Field("number", "Qqqlabel", "number", initial="Qqqnumber"),
        Field("choice", "Qqqlabel", "choice", options=(Option("1", "Qqqname", "Qqqhint"), Option("2", "Qqqname"))),
        Field("person", "Qqqlabel", "person", initial="Qqqperson"),
        Field("named", "Qqqlabel", "customer", initial="31", options=(Option("31", "Qqqname"),)),
        Field("customer", "Qqqlabel", "customer", initial="Qqqcustomer"),
        Field("date", "Qqqlabel", "date", initial="Qqqdate"),
    ),
    submit="Qqqsubmit",
    intro=(Note(("Qqqintro",)), Note(("Qqqintro",), "warning")),
)


def portfolio(db: Database, names: Sequence[str]) -> Ledger:
    """A ledger in which these are the names of customers, places, reps and colleagues; not yet `done`."""
    ledger = Ledger(db, title=names[0], margin="0.3")
    reps = [ledger.rep(name, f"r{number}@example.test") for number, name in enumerate(names[:12])]
    for number, name in enumerate(names):
        customer = ledger.customer(name, number=f"N{number}", place=name, owner=reps[number % 12])
        ledger.invoice(customer, RECENT, Line(str(1_000 + number), "400"))
    told = [
        people.Person(f"U{number:02}COLLEAGUE", "T1", name, f"r{number}@example.test")
        for number, name in enumerate(names[:8])
    ]
    with db.writing() as connection:
        people.remember(connection, [people.Person("U01ADMIN", "T1", names[0]), *told], NOW)
    return ledger


def request(**more: Any) -> Request:
    return Request(NOW, NOW.date(), person=ADMIN, place=Place("channel", "C1"), **more)


def cards(db: Database) -> list[Reply]:
    """One card of each kind, in which each name stands for another one."""
    ledger = portfolio(db, [f"Qqq{number}" for number in range(30)])
    for number in range(8):
        twin = ledger.customer("Qqqtwin", number=f"Qqqtwin{number}", place="Qqqplace")
        ledger.invoice(twin, RECENT, Line("10", "1"))
    ledger.holds_back("Qqqinvoice", "N7", "line 7: “Qqqcell” is not a date")
    ledger.done()
    own = OwnAssumptions(horizon_years=5)
    with db.writing() as connection:
        changes.assume(connection, 8, own, by="U02COLLEAGUE", at=NOW, reason="Qqqreason", seen=None, receipt=None)
        _cared_for(connection)
    log = Log()
    found = [answer(db, asked, request(), log) for asked in (*LINES, *BUTTONS)]
    found += [answer(db, asked, request(origin="form", receipt=str(asked)), log) for asked in SUBMISSIONS]
    return [_spelled(reply) for reply in (*found, Reply(("Qqqheadline",), form=FORM))]


def _cared_for(connection: Connection) -> None:
    """People, touches, a promise and an event, whose words are names too."""
    about = About("Qqqcontact", "Qqqrole", "qqq@qqq.test", "Qqqphone", preferences="Qqqlikes")
    contacts.add(connection, 8, about, by="U02COLLEAGUE", at=NOW)
    today = NOW.date()
    note = NewTouch(8, "visit", today, "U02COLLEAGUE", NOW, (Who(2),), 1, note="Qqqnote", learned="Qqqlearned")
    touches.log(connection, note)
    promises.make(connection, NewPromise(8, "Qqqpromise", today, Who(2), "U02COLLEAGUE", NOW))
    care.mark_difficult(connection, 8, is_difficult=True, by="U02COLLEAGUE", at=NOW)
    event = events.make(connection, NewEvent("Qqqevent", today, "Qqqplace"), by="U02COLLEAGUE", at=NOW)
    events.invite(connection, event.id, 8, who=Who(2), contact_id=1, on=today, by="U02COLLEAGUE", at=NOW)


def places(reply: Reply) -> int:
    """In how many places of the reply a name stands."""
    numbers = itertools.count()
    filled(reply, map(str, numbers))
    return next(numbers)


def _spelled(reply: Reply) -> Reply:
    """The reply with its figures in words, since spelling them is what takes most of the time; not the headline's,
    which is drawn apart.
    """

    def spelled(value: Any) -> Any:
        return Text(spell(value)) if isinstance(value, Money | Count | Ratio | Date) else value

    return replace(changed(reply, spelled), headline=reply.headline)


# --- what must hold --------------------------------------------------------------------------------------------------


def assert_harmless(reply: Reply) -> None:
    """The reply does no harm to the one who asked: in a message, on a terminal, in its form."""
    assert_slack_takes(payload(reply))
    assert_a_terminal_takes(reply)
    if reply.form is not None:
        assert_slack_shows(forms.view(reply.form))


def assert_harmless_elsewhere(reply: Reply, way: int) -> None:
    """The same on one of the other ways, each of which is like one that is always tried."""
    match way % 4:
        case 0:
            assert_slack_shows(home(reply))
        case 1:
            assert_slack_shows(forms.told(reply))
        case 2:
            assert_slack_takes(payload(reply, seen_by="channel", shared_by="U01ADMIN"))
        case 3:
            assert as_json(reply).isascii()
            assert_a_terminal_takes(reply, width=34)


def assert_slack_takes(message: dict[str, Any]) -> None:
    found = faults(message)
    assert not found, found[:3]
    assert_nobody_is_called(message)


def assert_slack_shows(view: dict[str, Any]) -> None:
    found = view_faults(view)
    assert not found, found[:3]
    assert_nobody_is_called(view)


def assert_nobody_is_called(drawn: object) -> None:
    """No name becomes a mention where Slack reads mrkdwn; that nothing else in it is obeyed, `faults` has seen."""
    text = json.dumps(drawn, ensure_ascii=False)
    if any(f"<@{victim}" in text for victim in VICTIMS):
        for mrkdwn in _read_as_mrkdwn(drawn):
            assert not any(f"<@{victim}" in mrkdwn for victim in VICTIMS), mrkdwn


def _read_as_mrkdwn(drawn: object) -> Iterator[str]:
    if isinstance(drawn, list):
        for inner in drawn:
            yield from _read_as_mrkdwn(inner)
    elif isinstance(drawn, dict):
        text = drawn.get("text")
        if isinstance(text, str) and drawn.get("type") in (None, "mrkdwn"):
            yield text
        for inner in drawn.values():
            yield from _read_as_mrkdwn(inner)


def assert_a_terminal_takes(reply: Reply, width: int = 80) -> None:
    for line in card(reply, Screen(width)):
        assert OBEYED.search(line.plain) is None, repr(line.plain)
        # No character takes more than two columns, so that most lines need not be measured.
        assert 2 * len(line.plain) <= width or 0 <= wcswidth(line.plain) <= width, repr(line.plain)


# --- each name on each card ------------------------------------------------------------------------------------------


def _main(say: Callable[[str], object] = sys.stdout.write) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'cards.sqlite3'}")
        migrate.upgrade(db)
        templates = [reply for reply in cards(db) if places(reply)]
        db.close()
    names = hostile_names(50_000)
    for template in templates:
        rounds = -(-len(names) // places(template))
        turn = itertools.cycle(names)
        for number in range(rounds):
            reply = filled(template, turn)
            assert_harmless(reply)
            if number % 8 == 0:
                assert_harmless_elsewhere(reply, number // 8)
        say(f"{len(names):,} names in {places(template)} places: {template.summary!r:.90}\n")


if __name__ == "__main__":
    _main()
