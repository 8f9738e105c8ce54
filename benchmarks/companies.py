"""Invented companies: names as in a large customer file, where a few words are everybody's and most are one's own."""

import numpy as np
import numpy.typing as npt

TRADE_WORDS = """
    Bicycle Supply Trading Company Sports Store Group Services International Systems Equipment Wholesale Bike
    Solutions Distributors Cycle Partners Rental Shop Manufacturing Outlet Parts Warehouse Global Industries Retail
    Accessories Imports Exports Works Components Mart Center Metropolitan National Central Mountain Valley River
    Hardware Foods Bakery Motors Tools Packaging Logistics Medical Office Garden Marine Electric Building Textiles
"""
TRADE = TRADE_WORDS.split()
FORMS = ("", "", "", "", "Inc.", "Ltd", "LLC", "GmbH", "(Pty) Ltd", "S.A.", "GmbH & Co. KG", "Corporation", "B.V.")
SYLLABLE_WORDS = """
    ba be bo bra da de do dra fa fi fo ga go gra ha he ka ke ko kra la le li lo ma me mi mo na ne ni no
    pa pe po pra ra re ri ro sa se si so sta ta te ti to tra va ve vi vo wa we wi za zo nder rick lle ston
"""
SYLLABLES = SYLLABLE_WORDS.split()
TOWN_ENDINGS = ("ton", "ville", "burg", "ford", "field", "dorp", "heim", "mouth", "stad", "port")
TOWNS = 800
# Name, share of the customers.
COUNTRIES = (("US", 0.55), ("CA", 0.12), ("GB", 0.12), ("DE", 0.08), ("FR", 0.05), ("NL", 0.05), ("ZA", 0.03))


def company_names(rng: np.random.Generator, count: int, towns: list[str]) -> list[str]:
    """`count` names, each of one to seven words; some companies have the same name, as they do."""
    own = _words(rng, max(20, count // 2), most_syllables=4)
    first = _picked(rng, own, count, flatness=0.5)
    town = np.where(rng.random(count) < 0.7, "", _picked(rng, towns, count, flatness=0.3))
    trade = np.where(rng.random(count) < 0.25, "", _picked(rng, TRADE, count, flatness=1.0))
    also = np.where(rng.random(count) < 0.6, "", _picked(rng, TRADE, count, flatness=1.0))
    form = _picked(rng, FORMS, count, flatness=0.0)
    rows = zip(first.tolist(), town.tolist(), trade.tolist(), also.tolist(), form.tolist(), strict=True)
    return [" ".join(filter(None, row)) for row in rows]


def town_names(rng: np.random.Generator) -> list[str]:
    """Names of the towns in which the companies are."""
    return [word + TOWN_ENDINGS[i % len(TOWN_ENDINGS)] for i, word in enumerate(_words(rng, TOWNS, most_syllables=2))]


def countries(rng: np.random.Generator, count: int) -> list[str]:
    """The country of each company."""
    codes, shares = zip(*COUNTRIES, strict=True)
    return [codes[at] for at in rng.choice(len(codes), count, p=shares).tolist()]


def _words(rng: np.random.Generator, count: int, most_syllables: int) -> list[str]:
    syllables = rng.integers(0, len(SYLLABLES), (count, most_syllables))
    lengths = rng.integers(min(2, most_syllables), most_syllables + 1, count)
    return [
        "".join(SYLLABLES[at] for at in row[:length]).capitalize()
        for row, length in zip(syllables.tolist(), lengths.tolist(), strict=True)
    ]


def _picked(
    rng: np.random.Generator, words: list[str] | tuple[str, ...], count: int, flatness: float
) -> npt.NDArray[np.object_]:
    """`count` of the words; the first are picked the more often, the larger `flatness` (0: all alike)."""
    weights = 1.0 / np.arange(10, 10 + len(words)) ** flatness
    return np.array(words, dtype=object)[rng.choice(len(words), count, p=weights / weights.sum())]
