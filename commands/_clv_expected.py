"""/clv NAME why: what the models expect of the customer, which model that is, and how wrong it would have been."""

from decimal import Context, Decimal

from sqlalchemy.engine import Connection

from commands._clv_subject import Subject
from commands._figures import Figures
from commands._outlook import share
from commands._reply import Column, Count, Date, Money, Note, Part, Ratio, Sentence, Strong, Table, Text, Value
from store import models
from store.expectations import Expectation
from store.models import Model
from store.money import from_minor
from value.lifetime import LIFETIME_YEARS

_COLUMNS = (Column("what"), Column("how", "right"), Column("amount", "right"))
_TENTH = Decimal("0.1")
# A tenth more or less than the year before needs no word; a part of the change is named from a seventh on.
_NOTABLE_CHANGE, _NOTABLE_PART = Decimal("0.1"), Decimal("0.15")
Row = tuple[Value | Strong, ...]


def expected(connection: Connection, of: Subject) -> tuple[Part, ...]:
    """A table that adds up to the lifetime where a model has earned that, and whose word it is."""
    model = models.newest(connection)
    if model is None:
        return ()
    if model.gate is not None:
        return (Note((Strong("Nothing is expected by a model: "), model.gate), "quiet"),)
    told = of.figures.told
    if told is None:
        return (Note(("The models have not seen these figures yet; the next import shows them.",), "quiet"),)
    if told.unknown_reason is not None:
        return (Note((Strong("No expected value: "), told.unknown_reason, "."), "warning"), *_model(model, told))
    return (_table(of.figures, told), *_change(of.figures, told), *_model(model, told), *_headline(of.figures, model))


def _table(found: Figures, told: Expectation) -> Table:
    rows: list[Row] = [
        (Text("profit, next 12 months"), _purchases(told.purchases_12_months), found.money(told.profit_12_months)),
        (Text("one in ten earns less than"), Text(""), found.money(told.low)),
        (Text("one in ten earns more than"), Text(""), found.money(told.high)),
        (Text("profit, next 3 years"), _purchases(told.purchases_36_months), found.money(told.profit_36_months)),
        (Text("profit, next 5 years"), _purchases(told.purchases_60_months), found.money(told.profit_60_months)),
        (Text(f"residual, {LIFETIME_YEARS} years"), Text("discounted"), found.money(told.residual_value, "exact")),
    ]
    if told.probability_alive is not None:
        there = share(told.probability_alive, 3)
        rows.append((Text("still a customer today"), there, Text("")))
    if told.lost_12_months is not None:
        lost = share(told.lost_12_months, 3)
        rows.append((Text("lost within 12 months, at risk"), lost, found.money(told.value_at_risk)))
    if found.rests_on_model:
        rows += [
            (Text("profit so far"), Text("+"), found.money(found.value.gross_profit, "exact")),
            (Strong("lifetime value"), Text("="), Strong(found.money(found.lifetime, "exact"))),
        ]
    return Table(_COLUMNS, tuple(rows), caption="Expected")


def _change(found: Figures, told: Expectation) -> tuple[Note, ...]:
    """Why another profit is expected than the last 12 months earned, where it is: the margin, the spend, or both.

    The change has two parts: what the margin moves at the mean of both spends, and what the spend moves at the mean of
    both margins.
    """
    value = found.value
    spent, earned, coming = value.revenue_12_months, value.gross_profit_12_months, told.profit_12_months
    if not spent or spent < 0 or earned is None or coming is None or not told.margin:
        return ()
    before, margin = earned / spent, Decimal(str(told.margin))
    spend, change = coming / margin, coming - earned
    if abs(change) < max(Decimal(1), _NOTABLE_CHANGE * abs(earned)):
        return ()
    by_margin, by_spend = (margin - before) * (spent + spend) / 2, (spend - spent) * (before + margin) / 2
    reasons: list[Sentence] = []
    if by_margin / change >= _NOTABLE_PART:
        drawn = " (theirs drawn towards the company's)"
        reasons.append(("a margin of ", percent(margin), f"{drawn}, not ", percent(before)))
    if by_spend / change >= _NOTABLE_PART:
        reasons.append(("orders for ", found.money(spend.quantize(Decimal(1))), ", not ", found.money(spent)))
    (first, *second) = reasons
    words: Sentence = (
        Strong(found.money(coming)),
        Strong(" expected after "),
        Strong(found.money(earned)),
        " in the last 12 months: it counts on ",
        *first,
        *((", and ", *second[0]) if second else ()),
        ".",
    )
    return (Note(words),)


def percent(margin: Decimal) -> Ratio:
    """To a tenth of a per cent; finer where that would say that it is nothing: 0.02 %, which still earns something."""
    rounded = margin.quantize(Decimal("0.001"))
    return Ratio(rounded if rounded or not margin else Context(prec=1).plus(margin))


def _purchases(number: float | None) -> Value:
    if number is None:
        return Text("")
    return Count(Decimal(str(number)).quantize(_TENTH), "order")


def _model(model: Model, told: Expectation) -> tuple[Note, ...]:
    """Which model, learned from what, and how wrong it would have been on the company's own last year."""
    words: list[str | Value] = [
        "Expected from ",
        Date(told.as_of_on),
        f" on, by what {model.customers:,} customers did from ",
        Date(model.start_on),
        " to ",
        Date(model.end_on),
        f". Purchases: {model.purchases_candidate}; spend: {model.spend_candidate}; their spread: {model.carrier}. ",
    ]
    if told.margin is not None:
        margin = Ratio(Decimal(str(round(told.margin, 4))))
        words += ["Profit is spend at a margin of ", margin, ", their own drawn towards everybody's. "]
    words.append(model.note)
    test, currency = model.back_test, model.currency
    if test is not None and currency is not None:
        off = from_minor(test.spend_mae_minor, currency).quantize(Decimal(1))
        total = Ratio(Decimal(str(round(abs(test.spend_total_error), 3))))
        wrong: Sentence = (
            " There it would have been wrong by ",
            Money(off, currency),
            " of spend and ",
            Count(Decimal(str(test.purchases_mae)).quantize(_TENTH), "order"),
            " a customer, and by ",
            total,
            " of everybody's total, too ",
            "much." if test.spend_total_error > 0 else "little.",
        )
        words += wrong  # type: ignore[arg-type]
    return (Note(tuple(words), "quiet"),)


def _headline(found: Figures, model: Model) -> tuple[Note, ...]:
    if found.rests_on_model or model.why_not_earned is None:
        return ()
    words: Sentence = (
        Strong("The headline rests on the assumptions, not on this: "),
        model.why_not_earned,
        ".",
    )
    return (Note(words, "quiet"),)
