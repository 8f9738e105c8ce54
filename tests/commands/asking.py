"""Asking a command as a person does, and reading what it answers."""

from datetime import date
from typing import Any

from bot.wording import plain, spell, spell_fact
from commands import route
from commands._reply import Fact, Item, Note, Panel, Reply, Request, Strong, Table
from store.database import Database
from tests.ledger import NOW

TODAY = date(2026, 6, 4)


def ask(db: Database, line: str, *, today: date = TODAY, values: dict[str, str] | None = None, **about: Any) -> Reply:
    """The reply to a command line such as /clv acme. `about` is more of the request, such as the person."""
    name, _, text = line.removeprefix("/").partition(" ")
    routed = route(name, text)
    assert routed is not None, f"no command /{name}"
    command, rest = routed
    return command.run(Request(now=about.pop("now", NOW), today=today, text=rest, values=values or {}, **about), db)


def read(reply: Reply) -> str:
    """Everything the reply says, line by line, as plain words."""
    lines = [plain(reply.headline)]
    for part in reply.parts:
        match part:
            case Note(text):
                lines.append(plain(text))
            case Panel(title, rows):
                lines.append(title)
                lines += [" · ".join(spell_fact(c) if isinstance(c, Fact) else plain(c) for c in row) for row in rows]
            case Item(title, reason, facts):
                lines += [plain(title), plain(reason), *(spell_fact(fact) for fact in facts)]
            case Table(rows=table):
                cells = [[plain((c,)) if isinstance(c, Strong) else spell(c) for c in row] for row in table]
                lines += [" | ".join(row) for row in cells]
    return "\n".join(lines)


def facts(reply: Reply) -> dict[str, Fact]:
    """The reply's figures by their key."""
    return {fact.key: fact for fact in reply.all_facts()}
