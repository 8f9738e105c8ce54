"""docs/value.md: its worked example, computed again from the ledger that is bundled and the parameters on the page."""

import datetime as dt
import gzip
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from value import risk
from value.assumptions import Assumptions
from value.histories import Histories
from value.mbgcnbd import MbgCnbd
from value.projection import factor
from value.rhythm import rhythms
from value.spend import SpendForecast, total_interval
from value.worth import Margins

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "value.md").read_text(encoding="utf-8")
LEDGER = ROOT / "bot" / "demo" / "ledger"
END = dt.date(2020, 5, 31)
# So many digits of a figure are on the page; the last one may be rounded.
TOLERANCE = 0.6


def on_page(name: str) -> float:
    """The figure in the last cell of the row that begins with this name."""
    found = re.findall(rf"^\| {re.escape(name)} \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert len(found) == 1, f"{len(found)} rows of “{name}”"
    return float(found[0].replace(",", "").replace("−", "-"))


def says(name: str, figure: float) -> None:
    """The page has this figure, to its own last digit."""
    written = re.findall(rf"^\| {re.escape(name)} \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)[0]
    digits = len(written.partition(".")[2].strip())
    assert on_page(name) == pytest.approx(figure, abs=TOLERANCE * 10**-digits), name


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """The orders of Metropolitan Bicycle Supply, straight from the file: a row for each day."""
    with gzip.open(LEDGER / "FactResellerSales.csv.gz", "rt", encoding="utf-8") as file:
        lines = pd.read_csv(file, dtype=str)
    with gzip.open(LEDGER / "Resellers.csv.gz", "rt", encoding="utf-8") as file:
        names = pd.read_csv(file, dtype=str)
    (key,) = names.loc[names["ResellerName"] == "Metropolitan Bicycle Supply", "ResellerKey"]
    mine = lines[lines["ResellerKey"] == key].copy()
    cost = mine["TotalProductCost"].fillna("").map(lambda text: Decimal(text) if text not in ("", "NULL") else None)
    standard = mine["OrderQuantity"].map(Decimal) * mine["StandardCost"].map(Decimal)
    mine["cost"] = [own if own is not None else other for own, other in zip(cost, standard, strict=True)]
    mine["amount"] = mine["SalesAmount"].map(Decimal)
    mine["day"] = [dt.date.fromisoformat(day[:10]) for day in mine["OrderDate"]]
    return mine.groupby("day")[["amount", "cost"]].sum().reset_index()


def test_so_far_and_projected(orders: pd.DataFrame) -> None:
    recent = orders[orders["day"] > dt.date(2019, 5, 31)]
    says("revenue", float(orders["amount"].sum()))
    says("gross profit", float((orders["amount"] - orders["cost"]).sum()))
    profit = float((recent["amount"] - recent["cost"]).sum())
    says("P₀", profit)
    says("projected value", profit * float(factor(Assumptions())))
    says("per working hour", profit * float(factor(Assumptions())) / (20 * 2_080))


def test_history_and_rhythm(orders: pd.DataFrame) -> None:
    days = np.array([day.toordinal() for day in orders["day"]])
    says("x", len(days) - 1)
    says("t_x", (days[-1] - days[0]) / 7)
    says("T", (END.toordinal() - days[0]) / 7)
    found = rhythms(np.zeros(len(days), dtype=np.int64), days)
    says("typical gap", found.typical_gap_days[0])
    says("days to the next order", found.next_due_day[0] - END.toordinal())


def test_what_is_expected(orders: pd.DataFrame) -> None:
    model = MbgCnbd(k=int(on_page("k")), **{name: on_page(name) for name in ("r", "alpha", "a", "b")})
    x, t_x, t = on_page("x"), on_page("t_x"), on_page("T")
    h = Histories(*(np.array([one]) for one in (x, t_x, t, 0.0)))
    says("probability alive", model.probability_alive(h)[0])
    expected = model.expected_purchases(h, 52)[0]
    says("expected purchases, 52 weeks", expected)
    says("lost within 12 months", risk._lost(model, h, 52)[0])

    spent, count = float(orders["amount"].sum()), len(orders)
    weight = on_page("fading") ** np.arange(count)[::-1]
    counting, mean = weight.sum() ** 2 / (weight**2).sum(), np.average(orders["amount"].astype(float), weights=weight)
    says("orders that count", counting)
    says("mean of what counts", mean)
    prior, everybody = on_page("prior orders"), on_page("everybody's order")
    size = (counting * mean + prior * everybody) / (counting + prior)
    says("expected order", size)
    margins = Margins(on_page("company's margin"), on_page("K"))
    margin = margins.of(np.array([on_page("gross profit")]), np.array([spent]))[0]
    says("margin", margin)
    says("expected profit, 52 weeks", expected * size * margin)

    discount = np.log(1.03) / (365.25 / 7)
    residual = model.discounted_residual(h, float(discount), 20 * 365.25 / 7)[0]
    says("expected purchases, discounted", residual)
    says("residual lifetime value", residual * size * margin)
    says("value at risk", on_page("lost within 12 months") * residual * size * margin)
    says("lifetime value", on_page("gross profit") + residual * size * margin)

    counts = model.count_distribution(h, 52, 40)
    p, shape = on_page("p"), on_page("p") * count + on_page("q")
    forecast = SpendForecast(counts, np.array([shape]), np.array([size * (shape - 1) / p]), p)
    low, high = forecast.quantiles([0.1, 0.9])[0]
    says("one in ten earns less", low * margin)
    says("one in ten earns more", high * margin)


def test_a_total_has_a_shock_that_is_common_to_all() -> None:
    low, high = total_interval(np.full(100, 1_000.0), np.full(100, 500.0**2), 0.12)
    says("low end of the total", low)
    says("high end of the total", high)
