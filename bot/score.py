"""python -m bot score: every customer's values anew, and what the models expect, learned anew where that is due.

An import does the same for what it has changed; this is for after a change of version, or to learn at once.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.answer import Unanswered, guarded
from bot.console import for_a_reader_that_may_leave, open_console
from bot.log import Log
from bot.usable import opened, terminal_settings
from store import learning
from store.database import Database
from store.learning import Learned
from store.models import Model
from store.money import from_minor

LOG = Log(Path("melktert.log"))
Progress = Callable[[str, int, int], None]


def score(
    *, refit: Annotated[bool, typer.Option("--refit", help="Learn from the ledger anew, due or not.")] = False
) -> None:
    """Score every customer: python -m bot score [--refit]."""
    try:
        with for_a_reader_that_may_leave(), guarded(LOG, asked="score"):
            db = opened(terminal_settings())
            started = time.perf_counter()
            try:
                with watched(open_console(sys.stderr)) as progress:
                    learned = learning.learn(
                        db, now=dt.datetime.now(dt.UTC), refit=refit, rescore=True, progress=progress
                    )
            finally:
                db.close()
            console = open_console()
            seconds = time.perf_counter() - started
            customers = "customer" if learned.customers == 1 else "customers"
            console.print(Text(f"Scored {learned.customers:,} {customers} in {seconds:.1f} s."), soft_wrap=True)
            for sentence in sentences(learned):
                console.print(Text(sentence), soft_wrap=True)
    except Unanswered as unanswered:
        open_console(sys.stderr).print(Text(str(unanswered)), soft_wrap=True)
        raise typer.Exit(1) from None


def after_import(db: Database, console: Console) -> Iterator[str]:
    """Learn from what an import brought where that is due, and say what came of it."""
    with watched(console) as progress:
        learned = learning.learn(db, now=dt.datetime.now(dt.UTC), progress=progress)
    if learned.is_new:
        yield from sentences(learned)


def sentences(learned: Learned) -> Iterator[str]:
    """What the cards rest on now, as a person reads it."""
    model = learned.model
    if model is None:
        yield "Nothing to learn from yet: import a ledger first."
        return
    if model.gate:
        yield f"The cards rest on the stated assumptions. {model.gate}"
        return
    when = "Learned now" if learned.is_new else f"Learned on {model.fitted_at:%d %b %Y}"
    period = f"{model.start_on:%d %b %Y} to {model.end_on:%d %b %Y}"
    yield f"{when} from {model.customers:,} customers, {period}. {model.note}"
    yield f"Purchases: {model.purchases_candidate}. Spend: {model.spend_candidate}.{_errors(model)}"
    if model.why_not_earned:
        yield f"Headlines rest on the stated assumptions: {model.why_not_earned}."
    else:
        yield "Headlines rest on this model: profit so far + residual lifetime value."


def _errors(model: Model) -> str:
    if model.back_test is None or model.currency is None:
        return ""
    test = model.back_test
    off = from_minor(test.spend_mae_minor, model.currency)
    return (
        f" In the back-test off by {off:,.0f} {model.currency} and {test.purchases_mae:.1f} purchases a customer, "
        f"and by {abs(test.spend_total_error) * 100:.1f} % in total."
    )


@contextmanager
def watched(console: Console) -> Iterator[Progress]:
    """A line on a terminal that says what is being done; nothing where nobody watches."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield lambda _what, _done, _total: None
        return
    with console.status("") as status:
        yield lambda what, _done, _total: status.update(f"{what} …")
