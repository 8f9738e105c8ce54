"""What the models expect, on the card and under why: only where they can tell, and whose word it is."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from commands._reply import Money, Ratio, Unknown
from store import tables
from store.database import Database
from tests.commands.asking import ask, facts, read
from tests.ledger import END, NOW

LEARNED = {
    "fitted_at": NOW,
    "currency": "USD",
    "start_on": date(2023, 6, 1),
    "end_on": END,
    "horizon_days": 364,
    "customers": 632,
    "note": "Back-tested on 4 windows of 52 weeks.",
    "purchases_candidate": "MBG/CNBD-k",
    "spend_candidate": "MBG/CNBD-k × own mean",
    "carrier": "MBG/CNBD-k",
    "windows": 4,
    "purchases_mae": 1.06,
    "spend_mae_minor": 2_998_012,
    "spend_rmse_minor": 5_000_000,
    "spend_total_error": 0.055,
    "shock_sd": 0.12,
    "document": "{}",
}
TOLD = {
    "as_of_on": END,
    "currency": "USD",
    "probability_alive": 0.944,
    "lost_12_months": 0.25,
    "purchases_12_months": 3.5,
    "purchases_36_months": 8.3,
    "purchases_60_months": 11.4,
    "margin": 0.0401,
    "profit_12_months_minor": 934_100,
    "profit_12_months_low_minor": 266_000,
    "profit_12_months_high_minor": 1_735_400,
    "profit_12_months_sd_minor": 500_000.0,
    "profit_36_months_minor": 2_223_000,
    "profit_60_months_minor": 3_050_300,
    "residual_value_minor": 4_000_000,
    "value_at_risk_minor": 1_000_000,
    "rhythm_days": 92.0,
    "next_due_on": date(2026, 8, 4),
}


def learn(db: Database, **differing: Any) -> None:
    """What a model learned."""
    with db.writing() as connection:
        connection.execute(tables.fitted_models.insert().values(**{**LEARNED, **differing}))


def tell(db: Database, customer: int, **differing: Any) -> None:
    """What it expects of a customer."""
    with db.writing() as connection:
        told = {**TOLD, "customer_id": customer, "model_id": 1, **differing}
        connection.execute(tables.customer_expectations.insert().values(**told))


def test_the_headline_is_profit_so_far_and_the_residual_value_that_a_model_has_earned(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    reply = ask(books.db, "/clv metropolitan")
    words, found = read(reply), facts(reply)
    assert words.startswith("Metropolitan Bicycle Supply  ·  $70K\n")
    assert "lifetime value = $30K profit so far + $40K expected over 20 years" in words
    assert found["lifetime_value"].value == Money(Decimal("69990.00"), "USD")
    assert found["lifetime_value"].basis == "profit so far + residual lifetime value"
    assert found["projected_value"].value == Money(Decimal("1145317.58"), "USD")
    assert "$9,341 profit expected (likely $2,660 to $17,354)" in words
    assert "almost surely still a customer today (94 %)" in words
    assert "$10,000 at risk · lost within 12 months: 25 %" in words
    assert found["expected_value"].value == Money(Decimal("9341.00"), "USD")
    assert found["expected_value_low"].value == Money(Decimal("2660.00"), "USD")
    assert found["expected_value_high"].value == Money(Decimal("17354.00"), "USD")
    assert found["probability_alive"].value == Ratio(Decimal("0.944"))
    assert found["value_at_risk"].value == Money(Decimal("10000.00"), "USD")


def test_a_loss_to_come_is_taken_off(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.losing, residual_value_minor=-50_000)
    said = "lifetime value = -$200 profit so far - $500 expected over 20 years"
    assert said in read(ask(books.db, "/clv losing"))


def test_the_loss_and_the_deal_rest_on_the_same_figure_as_the_headline(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    words = read(ask(books.db, "/clv metropolitan 15000"))
    # 9,341 in 52 weeks, and 15,000 at a margin of 4.01 %.
    assert "A frown here costs $40K. That is $180 of profit a week walking out of the door over the next 12" in words
    assert "and all that is expected of 20 years." in words
    assert "At the margin counted on (4 %, drawn towards the company's; their last 12 months had 10 %)" in words
    assert "the deal earns $602, the lifetime 116× as much." in words
    assert "by your assumptions: 5 % growth · 5 % better margin · 3 % discount" in words
    assert "Worth an hour, by your assumptions\n" in words


def test_by_assumptions_the_loss_and_the_deal_are_those_of_the_assumptions(books: SimpleNamespace) -> None:
    learn(books.db, why_not_earned="the past is too short to try the models on a whole year ahead")
    tell(books.db, books.best)
    words = read(ask(books.db, "/clv metropolitan 15000"))
    assert "A frown here costs $1.15M. That is $500 of profit a week" in words
    assert "At the margin of their last 12 months (10 %) the deal earns $1,500" in words
    assert "by your assumptions" not in words


def test_of_whom_nothing_more_is_expected_no_frown_costs_anything(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best, residual_value_minor=0, profit_12_months_minor=0, value_at_risk_minor=0)
    words = read(ask(books.db, "/clv metropolitan"))
    assert "No more profit is expected of them. The last 12 months earned $25,990. Ask what we did wrong." in words
    tell(books.db, books.second, residual_value_minor=-500, profit_12_months_minor=-100, value_at_risk_minor=0)
    assert "What they buy next is expected to cost us money." in read(ask(books.db, '/clv "Route 66"'))


def test_a_deal_with_who_costs_us_money_is_not_set_beside_a_hope(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.losing)
    words = read(ask(books.db, "/clv losing 15000"))
    assert "A deal of $15,000; so far this customer has cost us money, and the last 12 months did too." in words


def test_why_says_what_makes_the_expected_profit_another_than_the_last(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    why = read(ask(books.db, "/clv metropolitan why"))
    assert "still a customer today | 94.4 % | \nlost within 12 months, at risk | 25 % | $10,000" in why
    # 9,341 at 4.01 % are orders for 232,943; the last 12 months had 259,900 at 10 %.
    assert (
        "$9,341 expected after $25,990 in the last 12 months: it counts on a margin of 4 % (theirs drawn towards the "
        "company's), not 10 %." in why
    )
    tell(books.db, books.second, margin=0.585, profit_12_months_minor=23_400)
    fewer = read(ask(books.db, '/clv "Route 66" why'))
    assert "it counts on orders for $400, not $1,025." in fewer
    tell(books.db, books.turned, margin=0.05, profit_12_months_minor=2_000)
    both = read(ask(books.db, "/clv turned why"))
    assert "a margin of 5 % (theirs drawn towards the company's), not 10 %, and orders for $400, not $1,000." in both
    tell(books.db, books.losing, margin=-0.2, profit_12_months_minor=-20_500)
    assert "expected after" not in read(ask(books.db, "/clv losing why"))


def test_a_model_that_has_not_earned_it_leaves_the_headline_to_the_assumptions(books: SimpleNamespace) -> None:
    learn(books.db, why_not_earned="the past is too short to try the models on a whole year ahead")
    tell(books.db, books.best)
    reply = ask(books.db, "/clv metropolitan")
    assert read(reply).startswith("Metropolitan Bicycle Supply  ·  $1.18M\n")
    assert "$9,341 profit expected" in read(reply)
    assert facts(reply)["lifetime_value"].basis == "profit so far + projected value"
    why = read(ask(books.db, "/clv metropolitan why"))
    assert "rests on the assumptions, not on this: the past is too short to try the models on a whole year" in why


def test_the_rhythm_says_when_the_next_order_is_due_and_how_late_it_was(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    assert "Orders about every 92 days; the next is due Aug 4, 2026." in read(ask(books.db, "/clv metropolitan"))
    later = read(ask(books.db, "/clv metropolitan", today=date(2026, 9, 1)))
    assert "the next was due Aug 4, 2026." in later
    tell(books.db, books.second, next_due_on=date(2026, 5, 10), rhythm_days=92.5)
    late = read(ask(books.db, '/clv "Route 66"'))
    # Half a day is rounded up, as it is for the day on which the next is due.
    assert "Orders about every 93 days; the next was due May 10, 2026, 3 weeks before the data ends." in late
    tell(books.db, books.turned, rhythm_days=None, next_due_on=None)
    assert "Orders about" not in read(ask(books.db, "/clv turned around"))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("steady", "almost surely still a customer today (94 %)"),
        ("late", "long overdue, yet almost surely still a customer (94 %)"),
    ],
)
def test_a_card_does_not_contradict_the_digest_about_who_stopped(books: SimpleNamespace, rule: str, said: str) -> None:
    learn(books.db)
    tell(books.db, books.best)
    with books.db.writing() as connection:
        connection.execute(tables.customer_standings.update().values(class_rule=rule))
    assert said in read(ask(books.db, "/clv metropolitan"))


def test_who_has_left_is_said_to_have_left_and_nothing_is_expected(books: SimpleNamespace) -> None:
    learn(books.db)
    nothing = dict.fromkeys((name for name in TOLD if name.endswith("_minor")), 0)
    tell(books.db, books.lapsed, probability_alive=0.002, **nothing)
    words = read(ask(books.db, "/clv lapsed"))
    assert "no profit expected\nhas almost surely left (1 % still there)" in words
    assert "at risk" not in words


@pytest.mark.parametrize(
    ("probability", "card", "why"), [(0.0004, "1 %", "1 %"), (0.9996, "99 %", "99 %"), (0.944, "94 %", "94.4 %")]
)
def test_neither_the_card_nor_why_says_that_anything_is_certain(
    books: SimpleNamespace, probability: float, card: str, why: str
) -> None:
    learn(books.db)
    tell(books.db, books.best, probability_alive=probability, lost_12_months=probability)
    words = read(ask(books.db, "/clv metropolitan"))
    assert f"({card}" in words
    assert f"lost within 12 months: {card}" in words
    taken_apart = read(ask(books.db, "/clv metropolitan why"))
    assert f"still a customer today | {why} |" in taken_apart
    assert f"lost within 12 months, at risk | {why} |" in taken_apart


def test_a_loss_stays_the_headline_whatever_a_margin_of_everybody_s_promises(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.losing)
    assert read(ask(books.db, "/clv losing")).startswith("Losing Ltd  ·  has cost us $200\n")


def test_what_is_not_known_says_why(books: SimpleNamespace) -> None:
    learn(books.db)
    money = dict.fromkeys((name for name in TOLD if name.endswith("_minor")), None)
    why = "no cost is recorded for some of what was bought"
    tell(books.db, books.uncosted, currency=None, margin=None, unknown_reason=why, **money)
    reply = ask(books.db, "/clv uncosted")
    assert facts(reply)["expected_value"].value == Unknown(why)
    assert "almost surely still a customer today (94 %)" in read(reply)
    assert facts(ask(books.db, "/clv never bought"))["expected_value"].value == Unknown(
        "no model has learned from this ledger yet"
    )


def test_a_thin_past_is_the_reason_of_every_figure_that_a_model_would_give(books: SimpleNamespace) -> None:
    learn(books.db, gate="Only 12 customers have bought so far; a model needs 30.", currency=None)
    reply = ask(books.db, "/clv metropolitan")
    assert facts(reply)["value_at_risk"].value == Unknown("only 12 customers have bought so far; a model needs 30")
    assert read(reply).startswith("Metropolitan Bicycle Supply  ·  $1.18M\n")
    why = read(ask(books.db, "/clv metropolitan why"))
    assert "Nothing is expected by a model: Only 12 customers have bought so far; a model needs 30." in why


def test_why_says_which_model_and_how_wrong_it_would_have_been(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    why = read(ask(books.db, "/clv metropolitan why"))
    assert "residual, 20 years | discounted | $40,000.00" in why
    assert "profit so far | + | $29,990.00\nlifetime value | = | $69,990.00" in why
    assert why.count("lifetime value |") == 1
    assert "by what 632 customers did from Jun 1, 2023 to May 31, 2026" in why
    assert "Purchases: MBG/CNBD-k; spend: MBG/CNBD-k × own mean; their spread: MBG/CNBD-k." in why
    assert "wrong by $29,980 of spend and 1.1 orders a customer, and by 5.5 % of everybody's total, too much." in why
