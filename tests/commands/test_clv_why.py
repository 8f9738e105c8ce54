"""/clv why: every figure adds up again from its parts."""

from decimal import Decimal
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.render import payload
from commands._reply import Money, Strong, Table
from store import workspace
from store.database import Database
from tests.commands.asking import ask, facts, read
from tests.commands.conftest import LONG_AGO, RECENT
from tests.commands.test_clv_expected import learn, tell
from tests.ledger import NOW, Ledger, Line


def tables(db: Database, name: str) -> dict[str, Table]:
    reply = ask(db, f"/clv {name} why")
    return {part.caption.split(",")[0]: part for part in reply.parts if isinstance(part, Table)}


def amounts(table: Table) -> list[Decimal]:
    cells = [row[-1].part if isinstance(row[-1], Strong) else row[-1] for row in table.rows]
    return [cell.amount for cell in cells if isinstance(cell, Money)]


def test_revenue_is_goods_and_charges_less_credits(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/clv metropolitan why"))
    assert (
        "goods invoiced | 2 lines | $290,000.00\ngoods credited | 1 line | -$100.00\nrevenue |  | $289,900.00" in words
    )
    words = read(ask(books.db, "/clv route 66 why"))
    assert "goods invoiced | 1 line | $1,000.00\ncharges invoiced | 1 line | $25.00\nrevenue |  | $1,025.00" in words


def test_all_tables_are_one_in_slack_so_that_a_phone_shows_them_whole(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best)
    for name in ("metropolitan", "uncosted", "lapsed", "losing", "credits only"):
        blocks = payload(ask(books.db, f"/clv {name} why"))["blocks"]
        assert [block["type"] for block in blocks].count("table") == 1
        assert "```" not in str(blocks)


def test_what_is_counted_is_there_too(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/clv metropolitan why"))
    assert "invoices | 2\ncredit notes | 1\nunits, net of returns | 329" in words
    assert "revenue in" not in words


def test_profit_names_what_its_cost_rests_on(books: SimpleNamespace) -> None:
    assert "cost: the ledger's own cost | 3 lines | -$259,910.00\ngross profit |  | $29,990.00" in read(
        ask(books.db, "/clv metropolitan why")
    )
    assert "no cost, no assumption | 1 line | not known\ngross profit |  | not known" in read(
        ask(books.db, "/clv uncosted why")
    )


def test_the_projection_shows_its_steps(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/clv metropolitan why"))
    assert "profit, last 12 months | P₀ | $25,990.00" in words
    assert "projected, 20 years | × 44.067625 | $1,145,317.58" in words
    assert "lifetime value | = | $1,175,307.58" in words
    assert "The last 12 months are Jun 1, 2025 to May 31, 2026." in words
    assert "a visit is taken to cost $142.00: 2 hours at $60" in words


def test_a_cancelled_invoice_is_shown_and_not_counted(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, RECENT, Line("100", "60"))
    books.invoice(acme, RECENT, Line("999", "1"), cancelled=True)
    books.done()
    assert "revenue |  | $100.00\ncancelled, not counted | 1 line | $999.00" in read(ask(db, "/clv acme why"))


def test_an_invoice_that_is_missing_is_named_with_its_reason(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/clv metropolitan why"))
    assert "Invoice I99 is in no figure: line 7: “x” is not a date." in words


def test_what_cannot_be_projected_says_why(books: SimpleNamespace) -> None:
    assert "No projected value: the last 12 months of the data earned no profit." in read(
        ask(books.db, "/clv losing why")
    )


def test_converted_currencies_show_their_rates(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, RECENT, Line("100", "60"), currency="EUR")
    books.invoice(acme, RECENT, Line("100", "60"), currency="USD")
    with db.writing() as connection:
        workspace.change(connection, workspace.TeamSettings(home_currency="USD"), by="test", at=NOW)
    books.done()
    words = read(ask(db, "/clv acme why"))
    assert "EUR became USD at the European Central Bank's reference rate of each invoice's day: 1 rate" in words
    assert words.count("revenue |") == 2
    card = facts(ask(db, "/clv acme"))
    assert isinstance(card["revenue"].value, Money)
    assert f"revenue in USD | ${card['revenue'].value.amount}" in words


line_sets = st.lists(
    st.tuples(
        st.decimals("-5000", "5000", places=2),
        st.none() | st.decimals("-5000", "5000", places=2),
        st.sampled_from(["goods", "charge"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(line_sets, st.sampled_from([None, "0.3", "0.333"]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_parts_always_add_up_to_the_card(
    sqlite_db: Database,
    lines: list[tuple[Decimal, Decimal | None, str, bool]],
    margin: str | None,
) -> None:
    test_the_parts_always_add_up_to_the_card.times = (
        getattr(  # type: ignore[attr-defined]
            test_the_parts_always_add_up_to_the_card, "times", 0
        )
        + 1
    )
    run = test_the_parts_always_add_up_to_the_card.times  # type: ignore[attr-defined]
    books = Ledger(sqlite_db, title=f"Books {run}", margin=margin)
    customer = books.customer(f"Acme number {run}", number=f"A{run}")
    for amount, cost, kind, recent in lines:
        line = Line(str(amount), None if cost is None else str(cost), kind=kind)
        books.invoice(customer, RECENT if recent else LONG_AGO, line, kind="invoice" if amount >= 0 else "credit")
    books.done()
    found = tables(sqlite_db, f'"A{run}"')
    card = facts(ask(sqlite_db, f'/clv "A{run}"'))
    *revenue_parts, revenue = amounts(found["Revenue"])
    assert sum(revenue_parts) == revenue
    assert card["revenue"].value == Money(revenue, "USD")
    if isinstance(card["gross_profit"].value, Money):
        *costs, profit = amounts(found["Profit"])
        assert revenue + sum(costs) == profit
        assert card["gross_profit"].value == Money(profit, "USD")
