"""/clv NAME chart: what the customer spent quarter by quarter, and what is expected, as a picture."""

from decimal import Decimal

from sqlalchemy.engine import Connection

from commands._clv_subject import Subject
from commands._figures import named
from commands._reply import Action, Bar, Chart, Money, Note, Place, Reply, Sentence
from store import quarters
from store.quarters import Quarter, Quarters
from value.lifetime import NoProjection

WHERE = {
    "terminal": "The picture is in a file of its own:",
    "dm": "The picture follows.",
}
ELSEWHERE = "The picture comes to you as a direct message from Melktert: only you see this."


def reply(connection: Connection, of: Subject, place: Place) -> Reply:
    """The chart, with the same in words; or why there is nothing to draw."""
    value, name = of.figures.value, of.customer.name
    headline: Sentence = (name, "  ·  revenue by quarter")
    actions = (Action("clv", "The card", {"customer": str(of.customer.id)}),)
    if value.last_purchase_on is None or value.period_start_on is None or value.observation_end_on is None:
        return _nothing(name, NoProjection.NEVER_BOUGHT.value, actions)
    if value.currency is None:
        return _nothing(name, str(value.unknown_reason), actions)
    period = (value.period_start_on, value.observation_end_on)
    found = quarters.of(connection, of.customer.id, value.currency, period)
    told = _in_words(found, value.currency)
    chart = Chart(
        of=name,
        title="Revenue by quarter",
        unit=value.currency,
        past=tuple(_bar(one) for one in found.past),
        ahead=tuple(_bar(one) for one in found.ahead),
        alt=f"{name}, revenue by quarter, as bars",
        name=f"{_file_name(name)}.png",
    )
    return Reply(
        headline=headline,
        summary=told,
        parts=(Note(told), Note((WHERE.get(place.kind, ELSEWHERE),), "quiet")),
        actions=actions,
        facts=(named(name),),
        chart=chart,
    )


def _nothing(name: str, reason: str, actions: tuple[Action, ...]) -> Reply:
    said = f"There is no chart: {reason}."
    return Reply((name, "  ·  nothing to draw"), (name, ": ", said), parts=(Note((said,)),), actions=actions)


def _bar(of: Quarter) -> Bar:
    return Bar(of.end_on, _whole(of.revenue), _whole(of.low), _whole(of.high))


def _whole(amount: float | None) -> Decimal:
    return Decimal(round(amount or 0.0))


def _in_words(found: Quarters, currency: str) -> Sentence:
    """What whoever cannot see the picture is told."""
    last = found.past[-4:]
    words: Sentence = (
        f"The last {len(last)} quarters of 13 weeks: " if len(last) > 1 else "The last 13 weeks: ",
        Money(_whole(sum(one.revenue for one in last)), currency),
        " in all, ",
    )
    best = max(found.past, key=lambda one: one.revenue)
    words = (*words, "the best of ", f"{len(found.past)} was ", Money(_whole(best.revenue), currency))
    if not found.ahead:
        return (*words, ". What is ahead no model can tell yet.")
    first, total = found.ahead[0], sum(one.revenue for one in found.ahead)
    if not _whole(total) and not _whole(first.high):
        return (*words, f". Of the next {len(found.ahead)} no revenue is expected.")
    return (
        *words,
        f". The next {len(found.ahead)} are expected to bring ",
        Money(_whole(total), currency),
        ", the first of them ",
        Money(_whole(first.revenue), currency),
        ", likely between ",
        Money(_whole(first.low), currency),
        " and ",
        Money(_whole(first.high), currency),
        ".",
    )


def _file_name(name: str) -> str:
    """Of letters and digits only: what a customer calls itself shall not become a path."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return "-".join(part for part in plain.split("-") if part)[:60] or "customer"
