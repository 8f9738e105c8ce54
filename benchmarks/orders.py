"""Invented business: who orders when, how many lines and what for, as arrays; the same for the same seed.

A few customers hold most of the lines. Each orders in its own rhythm between its first and its last order; about a
third have stopped. Money is minor units, quantities are thousandths.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A Monday, so that an order that would fall on a weekend can be moved to the Friday before it.
START = dt.date(2023, 1, 2)
DAYS = 1_095
END = START + dt.timedelta(days=DAYS - 1)
FEWEST_LINES_PER_CUSTOMER = 10

SPREAD_OF_SIZES = 1.5
LINES_PER_ORDER = 8.0
NEVER_ORDERED = 0.03
CUSTOMERS_FROM_BEFORE = 0.55
STILL_CUSTOMERS = 0.65
CREDITS = 0.03
CANCELLED = 0.01

PRODUCTS = 2_000
# The first products are charges (freight, packing, express, fee), at prices of their own.
CHARGE_PRICES_MINOR = (1500, 495, 4000, 990)
WITH_A_CHARGE = 0.25
WITHOUT_COST = 0.03
AT_STANDARD_COST = 0.05


@dataclass(frozen=True)
class Orders:
    """One entry for each order, in the order of the days; customers and days count from 0."""

    customer: Ints
    day: Ints
    lines: Ints
    is_credit: Bools
    is_cancelled: Bools


@dataclass(frozen=True)
class Catalogue:
    """One entry for each product; the cost is -1 where it is not known. `popularity` is cumulated, up to 1."""

    price_minor: Ints
    cost_minor: Ints
    is_charge: Bools
    at_standard_cost: Bools
    popularity: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lines:
    """One entry for each line of some orders; `order` and `product` count from 0."""

    order: Ints
    ordinal: Ints
    product: Ints
    quantity_thousandths: Ints
    discount_minor: Ints
    amount_minor: Ints
    cost_minor: Ints
    has_cost: Bools


def orders(rng: np.random.Generator, customers: int, lines: int) -> Orders:
    """Orders of `customers` that have exactly `lines` lines together.

    Errors: ValueError for fewer than 10 lines for each customer.
    """
    if customers < 1 or lines < customers * FEWEST_LINES_PER_CUSTOMER:
        raise ValueError(f"a portfolio needs at least {FEWEST_LINES_PER_CUSTOMER} lines for each customer")
    size = rng.lognormal(0.0, SPREAD_OF_SIZES, customers)
    size[rng.permutation(customers)[: int(customers * NEVER_ORDERED)]] = 0.0
    size /= size.mean()
    basket = np.maximum(1.0, LINES_PER_ORDER * size**0.4 * rng.lognormal(0.0, 0.4, customers))
    count = np.where(size > 0, np.maximum(1, np.rint(size * lines / customers / basket)), 0).astype(np.int64)

    customer = np.repeat(np.arange(customers), count)
    day = _days(rng, count)
    in_time = np.argsort(day, kind="stable")
    customer, day = customer[in_time], day[in_time]
    is_first = np.zeros(len(customer), dtype=np.bool_)
    is_first[np.unique(customer, return_index=True)[1]] = True
    is_credit = (rng.random(len(customer)) < CREDITS) & ~is_first
    weight = basket[customer] * rng.gamma(2.0, 0.5, len(customer)) * np.where(is_credit, 0.2, 1.0)
    return Orders(
        customer=customer,
        day=day,
        lines=_shared_out(weight, lines),
        is_credit=is_credit,
        is_cancelled=rng.random(len(customer)) < CANCELLED,
    )


def catalogue(rng: np.random.Generator) -> Catalogue:
    """What is sold; a few products are in very many lines."""
    price = np.maximum(25, np.rint(rng.lognormal(np.log(3_000), 1.2, PRODUCTS))).astype(np.int64)
    charges = len(CHARGE_PRICES_MINOR)
    price[:charges] = CHARGE_PRICES_MINOR
    cost = np.rint(price * rng.uniform(0.5, 0.9, PRODUCTS)).astype(np.int64)
    kind_of_cost = rng.random(PRODUCTS)
    cost[kind_of_cost < WITHOUT_COST] = -1
    popularity = 1.0 / np.arange(6, 6 + PRODUCTS) ** 0.9
    popularity[:charges] = 0.0
    is_charge = np.arange(PRODUCTS) < charges
    at_standard = (kind_of_cost >= WITHOUT_COST) & (kind_of_cost < WITHOUT_COST + AT_STANDARD_COST)
    return Catalogue(price, cost, is_charge, at_standard, np.cumsum(popularity) / popularity.sum())


def discounts_percent(rng: np.random.Generator, customers: int) -> Ints:
    """The discount that each customer has agreed: mostly none, at most 40 %, which for some is below cost."""
    agreed = np.floor(rng.beta(1.2, 4.0, customers) * 41).astype(np.int64)
    return np.where(rng.random(customers) < 0.5, 0, agreed)


def lines_of(rng: np.random.Generator, made: Orders, stretch: slice, sold: Catalogue, discount_percent: Ints) -> Lines:
    """The lines of a stretch of orders; those of a credit are negative."""
    counts = made.lines[stretch]
    total = int(counts.sum())
    order = np.repeat(np.arange(stretch.start, stretch.start + len(counts)), counts)
    last = np.cumsum(counts) - 1
    ordinal = np.arange(total) - np.repeat(last + 1 - counts, counts) + 1

    product = np.searchsorted(sold.popularity, rng.random(total), side="right")
    charged = last[(rng.random(len(counts)) < WITH_A_CHARGE) & (counts > 1)]
    product[charged] = rng.integers(0, len(CHARGE_PRICES_MINOR), len(charged))
    is_charge = sold.is_charge[product]

    by_weight = (product % 40 == 39) & ~is_charge
    units = 1 + np.floor(rng.lognormal(0.6, 0.9, total)).astype(np.int64)
    quantity = np.where(is_charge, 1, units) * np.where(by_weight, 125, 1_000)
    gross = (quantity * sold.price_minor[product] + 500) // 1_000
    discount = np.where(is_charge, 0, (gross * discount_percent[made.customer[order]] + 50) // 100)
    cost = (quantity * sold.cost_minor[product] + 500) // 1_000
    sign = np.where(made.is_credit[order], -1, 1)
    return Lines(
        order=order,
        ordinal=ordinal,
        product=product,
        quantity_thousandths=quantity * sign,
        discount_minor=discount * sign,
        amount_minor=(gross - discount) * sign,
        cost_minor=cost * sign,
        has_cost=sold.cost_minor[product] >= 0,
    )


def _days(rng: np.random.Generator, count: Ints) -> Ints:
    """The day of every order, customer by customer: gaps of one length, more or less, between first and last."""
    customers = len(count)
    begins = np.where(rng.random(customers) < CUSTOMERS_FROM_BEFORE, 0.0, rng.uniform(0, DAYS * 0.97, customers))
    stops = np.where(rng.random(customers) < STILL_CUSTOMERS, 1.0, rng.random(customers))
    lasts = (DAYS - begins) * stops
    regularity = rng.integers(1, 13, customers).astype(np.float64)
    # One gap before each order and one after the last, scaled to the time that the customer lasts.
    gaps = rng.gamma(np.repeat(regularity, count + 1))
    elapsed = np.cumsum(gaps)
    after_last = np.cumsum(count + 1) - 1
    before_first = np.concatenate(([0.0], elapsed[after_last[:-1]]))
    is_order = np.ones(len(gaps), dtype=np.bool_)
    is_order[after_last] = False
    share = (elapsed[is_order] - np.repeat(before_first, count)) / np.repeat(elapsed[after_last] - before_first, count)
    day: Ints = np.floor(np.repeat(begins, count) + share * np.repeat(lasts, count)).astype(np.int64).clip(0, DAYS - 1)
    day -= np.maximum(0, day % 7 - 4)
    return day


def _shared_out(weight: npt.NDArray[np.float64], total: int) -> Ints:
    """`total` in whole parts, each at least 1, in proportion to the weights."""
    reached = np.cumsum(weight)
    reached = np.floor(reached / reached[-1] * (total - len(weight))).astype(np.int64)
    parts: Ints = np.diff(reached, prepend=0) + 1
    return parts
