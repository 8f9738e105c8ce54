"""python -m benchmarks choice [--data FOLDER] [--only NAME]: how much worse is the chosen than the best in hindsight?

Each split of a ledger is a last day to learn from and a horizon. The choice sees nothing after that day. Regret is its
error ÷ that of the single candidate that turned out best in that split, − 1; where an average of two was better than
all of them, it is nothing, not less. That decides what is met. Against the averages, too, it is told for information.
Real ledgers come first; the generated ones are of other kinds and seeds, so that nothing is fitted to three.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import choice_ledgers
from value.backtest import Errors
from value.candidates import parts
from value.chosen import Choice
from value.engine import choose
from value.order_log import Log, log_of
from value.trial import Outcome, Trial, tried

MOST_MEAN_REGRET, MOST_REGRET, MOST_TOTAL_ERROR = 0.03, 0.15, 0.15
MOST_OFF_PIT, MOST_INTERVAL_REGRET = 0.05, 0.05
ROUNDING = 1e-9
# Weeks to learn from, and weeks to predict.
SPLITS = {
    "CDNOW sample": [(39, 39), (39, 26), (39, 13), (52, 26), (52, 13), (45, 26), (60, 13), (32, 39), (26, 52)],
    "AdventureWorks": [
        (104, 48), (104, 39), (104, 26), (104, 13), (91, 52), (91, 26), (78, 52), (78, 26), (118, 26), (78, 13),
        (125, 26), (65, 39),
    ],
    "Online Retail": [(26, 26), (39, 13), (30, 22), (40, 13), (36, 16), (26, 13), (32, 20)],
}  # fmt: skip
GENERATED_SPLITS = [(52, 26), (64, 39), (78, 26), (78, 13)]


@dataclass(frozen=True)
class Split:
    """One ledger, cut at one day."""

    ledger: str
    log: Log
    weeks: int
    horizon: int

    @property
    def end_day(self) -> int:
        """The last day to learn from."""
        return int(self.log.day.min()) + 7 * self.weeks - 1


@dataclass(frozen=True)
class Result:
    """What was chosen in a split, and how it compares with what would have been best there."""

    split: Split
    made: Choice
    trial: Trial
    seconds: float

    @property
    def regrets(self) -> list[float]:
        """MAE and RMSE of purchases, MAE and RMSE of spend, against the best single candidate; never below nothing."""
        return [max(regret, 0.0) for regret in self._regrets(_singles)]

    @property
    def regrets_of_averages(self) -> list[float]:
        """The same against every candidate, averages of two too."""
        return self._regrets(dict)

    @property
    def totals(self) -> list[float]:
        """Expected ÷ actual total − 1, of purchases and of spend."""
        return [one.errors.total for one in self._chosen]

    @property
    def totals_over(self) -> float:
        """How far the worse total is off beyond 15 %, or beyond that of the best candidate by MAE; 0 within."""
        return self._totals_over(lambda errors: errors.mae)

    @property
    def totals_hold(self) -> bool:
        """Whether each total is off by at most 15 %, or by no more than that of the best candidate by MAE."""
        return self.totals_over <= ROUNDING

    @property
    def totals_hold_by_rmse(self) -> bool:
        """The same, with the best candidate by RMSE."""
        return self._totals_over(lambda errors: errors.rmse) <= ROUNDING

    @property
    def pits(self) -> list[float]:
        """The share of outcomes in the 80 %, of purchases and of spend."""
        return [one.pit_mass if one.pit_mass is not None else np.nan for one in self._chosen]

    @property
    def pits_hold(self) -> list[bool]:
        """Whether each lies within five points, or two standard errors, of 80 %."""
        allowed = max(MOST_OFF_PIT, 2 * float(np.sqrt(0.16 / max(len(self.trial.bought), 1))))
        return [abs(pit - 0.8) <= allowed for pit in self.pits]

    @property
    def interval_regret(self) -> float:
        """How much worse the mean score of the spend's intervals is than the best candidate's."""
        singles = _singles(self.trial.spends).values()
        scores = [one.interval_score for one in singles if one.interval_score is not None]
        own = self._chosen[1].interval_score
        return max(_ratio(own, scores), 0.0) if own is not None else np.nan

    def _regrets(self, among: Callable[[Mapping[str, Outcome]], Mapping[str, Outcome]]) -> list[float]:
        return [
            _ratio(getattr(of[chosen].errors, what), [getattr(one.errors, what) for one in among(of).values()])
            for of, chosen in ((self.trial.purchases, self.made.purchases), (self.trial.spends, self.made.spend))
            for what in ("mae", "rmse")
        ]

    def _totals_over(self, error: Callable[[Errors], float]) -> float:
        tables = (self.trial.purchases, self.trial.spends)
        best = [min(_singles(of).values(), key=lambda one: error(one.errors)).errors.total for of in tables]
        over = [abs(own) - max(MOST_TOTAL_ERROR, abs(of)) for own, of in zip(self.totals, best, strict=True)]
        return max(*over, 0.0)

    @property
    def _chosen(self) -> tuple[Outcome, Outcome]:
        return self.trial.purchases[self.made.purchases], self.trial.spends[self.made.spend]


def main() -> None:
    """Print the table, and exit 1 where a target is missed on the real ledgers."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", help="only the ledgers whose name begins so")
    parser.add_argument("--seed", type=int, default=1, help="of the generated ledgers")
    options = parser.parse_args()
    real = list(_shown(real_splits(options.data), options.only))
    met = summary("real ledgers", real) if real else True
    generated = list(_shown(generated_splits(options.seed), options.only))
    if generated:
        summary("generated ledgers", generated)
    sys.exit(0 if met else 1)


def real_splits(data: Path) -> Iterator[Split]:
    """The splits of the three real ledgers."""
    for name, log in (("CDNOW sample", cdnow), ("AdventureWorks", adventureworks), ("Online Retail", retail)):
        ledger = log(data)
        yield from (Split(name, ledger, weeks, horizon) for weeks, horizon in SPLITS[name])


def generated_splits(seed: int = 1) -> Iterator[Split]:
    """The splits of ledgers of other kinds."""
    for name, kind in choice_ledgers.KINDS.items():
        log = choice_ledgers.generated(kind, seed)
        covered = (int(log.day.max()) - int(log.day.min())) // 7
        yield from (
            Split(name, log, weeks, horizon) for weeks, horizon in GENERATED_SPLITS if weeks + horizon <= covered
        )


def measured(split: Split) -> Result | None:
    """Choose and look; None where the past was too thin."""
    started = time.perf_counter()
    made = choose(split.log, end_day=split.end_day, horizon_weeks=split.horizon)
    seconds = time.perf_counter() - started
    return None if made.gate else Result(split, made, tried(split.log, made), seconds)


def summary(title: str, results: list[Result]) -> bool:
    """Print means and worst; whether all targets are met."""
    regrets = np.array([one.regrets for one in results])
    of_averages = np.array([one.regrets_of_averages for one in results])
    names = ("MAE purchases", "RMSE purchases", "MAE spend", "RMSE spend")
    print(f"\n{title}: {len(results)} splits")
    for name, column, other in zip(names, regrets.T, of_averages.T, strict=True):
        over = int((column > MOST_REGRET).sum())
        print(
            f"  regret in {name:<15} mean {column.mean():6.1%}  worst {column.max():6.1%}  over 15 %: {over}"
            f"   (averages too: mean {other.mean():.1%}, worst {other.max():.1%})"
        )
    totals = sum(not one.totals_hold for one in results)
    by_rmse = sum(not one.totals_hold_by_rmse for one in results)
    pits = np.array([one.pits_hold for one in results])
    intervals = np.array([one.interval_regret for one in results])
    print(f"  total error over 15 % and over the best candidate's: {totals}   (the best by RMSE: {by_rmse})")
    print(f"  PIT mass off: purchases {int((~pits[:, 0]).sum())}, spend {int((~pits[:, 1]).sum())}")
    over = int((intervals > MOST_INTERVAL_REGRET).sum())
    print(f"  interval score, regret: mean {intervals.mean():.1%}, over 5 %: {over}\n")
    met = regrets.mean(axis=0).max() <= MOST_MEAN_REGRET and regrets.max() <= MOST_REGRET
    return bool(met and not totals and pits.all() and (intervals <= MOST_INTERVAL_REGRET).all())


def cdnow(data: Path) -> Log:
    """CDNOW, the 1/10 sample."""
    table = pd.read_csv(data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None)
    return log_of(table[1].to_numpy(), _ordinals(pd.to_datetime(table[2].astype(str))), table[4].to_numpy())


def adventureworks(data: Path) -> Log:
    """The reseller sales of AdventureWorks."""
    table = pd.read_csv(data / "adventureworks" / "FactResellerSales.csv")
    days = _ordinals(pd.to_datetime(table["OrderDate"]))
    return log_of(table["ResellerKey"].to_numpy(), days, table["SalesAmount"].to_numpy())


def retail(data: Path) -> Log:
    """The retail ledger, credits too, without the lines that name no customer."""
    table = pd.read_csv(data / "online-retail" / "online_retail_2010_2011.csv.gz").dropna(subset=["CustomerID"])
    days = _ordinals(pd.to_datetime(table["InvoiceDate"].str.split(" ").str[0], format="%m/%d/%Y"))
    amounts = (table["Quantity"] * table["UnitPrice"]).to_numpy()
    return log_of(table["CustomerID"].astype(int).to_numpy(), days, amounts)


def _ordinals(dates: "pd.Series[pd.Timestamp]") -> np.ndarray:
    epoch = pd.Timestamp("1970-01-01")
    return ((dates - epoch) // pd.Timedelta(days=1)).to_numpy() + epoch.toordinal()


def _shown(splits: Iterator[Split], only: str | None) -> Iterator[Result]:
    heading = f"{'ledger':<15}{'learn':>6}{'ahead':>6}  regret MAE/RMSE: purchases  spend    total"
    print(f"{heading:<77}{'PIT':>9}{'interval':>12}{'s':>6}  chosen")
    for split in splits:
        if only and not split.ledger.startswith(only):
            continue
        result = measured(split)
        if result is None:
            print(f"{split.ledger:<15}{split.weeks:>6}{split.horizon:>6}  too thin")
            continue
        figures = " ".join(f"{regret:>7.1%}" for regret in result.regrets)
        totals = " ".join(f"{total:>+5.0%}" for total in result.totals) + ("" if result.totals_hold else "!")
        pits = " ".join(f"{pit:.2f}{' ' if ok else '!'}" for pit, ok in zip(result.pits, result.pits_hold, strict=True))
        print(
            f"{split.ledger:<15}{split.weeks:>6}{split.horizon:>6}  {figures}  {totals}"
            f"  {pits} {result.interval_regret:>6.1%} {result.seconds:>5.1f}  "
            f"{result.made.purchases} | {result.made.spend}",
            flush=True,
        )
        yield result


def _singles(of: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    return {name: one for name, one in of.items() if len(parts(name)) == 1}


def _ratio(own: float, all_of_them: list[float]) -> float:
    best = min(all_of_them)
    return own / best - 1 if best > 0 else 0.0


if __name__ == "__main__":
    main()
