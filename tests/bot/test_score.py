"""python -m bot score: every customer anew, and what the cards rest on said in sentences."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.score import sentences
from store.database import Database
from store.learning import Learned
from store.models import BackTest, Model
from tests.ledger import NOW, Ledger, Line

MODEL = Model(
    id=1,
    fitted_at=NOW,
    currency="USD",
    start_on=date(2023, 6, 1),
    end_on=date(2026, 5, 31),
    horizon_days=364,
    customers=632,
    gate=None,
    why_not_earned=None,
    note="Back-tested on 4 windows of 52 weeks.",
    purchases_candidate="MBG/CNBD-k",
    spend_candidate="MBG/CNBD-k × own mean",
    carrier="MBG/CNBD-k",
    back_test=BackTest(4, 1.06, 2_998_012, -0.055),
    shock_sd=0.12,
    company_margin=0.0129,
    credibility_revenue=1_000.0,
    document="{}",
)


@pytest.fixture
def score(sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line on the database of this test."""
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["score", *arguments])


def test_a_thin_ledger_is_scored_and_the_reason_said(score: Callable[..., Result], sqlite_db: Database) -> None:
    books = Ledger(sqlite_db)
    books.invoice(books.customer("Acme"), date(2026, 3, 1), Line("100", "20"))
    books.done()
    result = score("--refit")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Scored 1 customer in ")
    assert result.stdout.endswith(
        "The cards rest on the stated assumptions. Only 1 customer has bought so far; a model needs 30.\n"
    )


def test_without_a_ledger_it_says_what_to_do(score: Callable[..., Result]) -> None:
    assert score().stdout.endswith("Nothing to learn from yet: import a ledger first.\n")


def test_what_was_learned_is_said_with_how_wrong_it_would_have_been() -> None:
    assert list(sentences(Learned(MODEL, is_new=True, customers=701))) == [
        "Learned now from 632 customers, 01 Jun 2023 to 31 May 2026. Back-tested on 4 windows of 52 weeks.",
        "Purchases: MBG/CNBD-k. Spend: MBG/CNBD-k × own mean. In the back-test off by 29,980 USD and 1.1 purchases a "
        "customer, and by 5.5 % in total.",
        "Headlines rest on this model: profit so far + residual lifetime value.",
    ]


def test_a_model_that_has_not_earned_headlines_says_why() -> None:
    model = replace(MODEL, why_not_earned="the past is too short to try the models on a whole year ahead")
    *_, last = sentences(Learned(model, is_new=False, customers=701))
    assert last == (
        "Headlines rest on the stated assumptions: the past is too short to try the models on a whole year ahead."
    )
