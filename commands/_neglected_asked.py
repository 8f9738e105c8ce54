"""What is asked of /neglected: whose customers, how many, past their cadence or without a touch for so many days."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from commands._naming import short
from commands._reply import Invalid, Request
from store import reps
from store.neglect import Asked, Place
from store.reps import Rep
from store.who import Who

NAME = "neglected"
DEFAULT_COUNT = 5
# As in /top: more would be a list to scroll, not a list to visit.
MOST = 30
DAYS_MOST = 3_660
MINE, TEAM, UPCOMING = "mine", "team", "upcoming"
EXAMPLE = "such as /neglected 10, /neglected team or /neglected mine days 60"
NO_SUCH_PAGE = "That part of the list is not there; ask /neglected again."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as it is asked for. `rep` is whose customers it has, None for everybody's."""

    rep: Who | None
    is_mine: bool
    count: int
    days: int | None
    is_upcoming: bool
    after: Place | None

    def asked(self, today: dt.date) -> Asked:
        """As the store has it."""
        return Asked(today, self.rep.rep_id if self.rep else None, None if self.is_upcoming else self.days)

    @property
    def values(self) -> dict[str, str]:
        """What asks for the same list once more, from its beginning."""
        scope = MINE if self.is_mine else f"rep {self.rep.rep_id}" if self.rep else TEAM
        values = {"scope": scope, "count": str(self.count)}
        if self.days is not None:
            values["days"] = str(self.days)
        if self.is_upcoming:
            values["view"] = UPCOMING
        return values

    def typed(self, count: int | None = None, *, view: str = "") -> str:
        """The command that a person would type for this list, or for who is next of the same customers."""
        whose = "" if self.is_mine else f"@{self.rep.name}" if self.rep else TEAM
        days = f"days {self.days}" if self.days is not None and not view else ""
        return " ".join(word for word in (f"/{NAME}", str(count or ""), whose, days, view) if word)


def read(request: Request, connection: Connection) -> Wanted:
    """What the words or a button ask for. Errors: Invalid."""
    words = _of_values(request.values) if "scope" in request.values else _of_text(request.text)
    rep, is_mine = _whose(words.scope, request, connection)
    after = place(request.values.get("after", ""))
    return Wanted(rep, is_mine, words.count, words.days, words.is_upcoming, after)


@dataclass(frozen=True, slots=True)
class _Words:
    scope: str = ""
    count: int = DEFAULT_COUNT
    days: int | None = None
    is_upcoming: bool = False


def _of_values(values: Mapping[str, str]) -> _Words:
    days = values.get("days", "")
    return _Words(
        scope=values["scope"],
        count=_number(values.get("count", "") or str(DEFAULT_COUNT), "count", MOST),
        days=_number(days, "days", DAYS_MOST) if days else None,
        is_upcoming=values.get("view") == UPCOMING,
    )


def _of_text(text: str) -> _Words:
    """`5 mine days 60`, in any order; what is left over is a rep's name."""
    asked, name = _Words(), []
    typed = text.split()
    while typed:
        word = typed.pop(0)
        if word.casefold() == "days" and typed:
            asked = replace(asked, days=_number(typed.pop(0), "days", DAYS_MOST))
        elif word.casefold() == UPCOMING:
            asked = replace(asked, is_upcoming=True)
        elif word[0].isdigit() or word[0] in "-+":
            asked = replace(asked, count=_number(word, "count", MOST))
        else:
            name.append(word)
    return replace(asked, scope=" ".join(name))


def _number(text: str, field: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not 1 <= int(text) <= most:
        what = "how many customers" if field == "count" else "after how many days"
        raise Invalid(**{field: f"Say {what} with a number from 1 to {most:,}, {EXAMPLE}."})
    return int(text)


def _whose(scope: str, request: Request, connection: Connection) -> tuple[Who | None, bool]:
    """The rep whose customers are meant, and whether that is whoever asks; nobody for the whole team."""
    word = scope.casefold()
    if word in (TEAM, "all"):
        return None, False
    if word in ("", MINE, "me"):
        mine, has_customers = None, False
        if request.person.rep_id is not None:
            mine, has_customers = reps.of_list(connection, request.person.rep_id)
        if word and mine is None:
            raise Invalid(
                scope="You are no rep of the ledger, so no customer is yours; /neglected team shows everybody's, and "
                "/melktert me says who you are."
            )
        return (mine, True) if mine and (word or has_customers) else (None, False)
    rep = _named(scope, connection)
    return Who(rep.id, rep.slack_user_id, rep.name), rep.id == request.person.rep_id


def _named(scope: str, connection: Connection) -> Rep:
    every = reps.every(connection)
    if numbered := re.fullmatch(r"rep (\d{1,18})", scope, re.ASCII):
        found = [rep for rep in every if rep.id == int(numbered[1])]
    elif mentioned := re.fullmatch(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", scope, re.ASCII):
        found = [rep for rep in every if rep.slack_user_id == mentioned[1]]
    else:
        name = scope.removeprefix("@").casefold()
        exact = [rep for rep in every if rep.name.casefold() == name]
        found = exact or [rep for rep in every if name and name in rep.name.casefold()]
    if not found:
        raise Invalid(scope=f"No rep is called “{short(scope)}”; say mine, team, or a rep's name after @, {EXAMPLE}.")
    if len(found) > 1:
        several = ", ".join(rep.name for rep in found[:5])
        raise Invalid(scope=f"“{short(scope)}” may be {several}; write the whole name.")
    return found[0]


def key(place: Place) -> str:
    """The place of an entry as a button carries it."""
    minor = "" if place.at_stake_minor is None else str(place.at_stake_minor)
    return f"{minor}.{place.due_on.toordinal()}.{place.customer_id}"


def place(text: str) -> Place | None:
    """Where a page begins. Errors: Invalid for what is no key of an entry."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{0,18})\.(\d{1,7})\.(\d{1,18})", text, re.ASCII)
    if not found or not 1 <= int(found[2]) <= dt.date.max.toordinal():
        raise Invalid(after=NO_SUCH_PAGE)
    minor = int(found[1]) if found[1] else None
    return Place(minor, dt.date.fromordinal(int(found[2])), int(found[3]))
