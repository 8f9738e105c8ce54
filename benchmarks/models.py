"""python -m benchmarks models [--lifetimes PYTHON] [--customers N] [--rounds N]: ours beside lifetimes.

The two fit and predict by turns, each in a process of its own, on the same generated customers, none of them twice.
A time runs from the data in memory to the last prediction, beside it the seconds of CPU, which a busy machine changes
less; a peak is the process's own (ru_maxrss). lifetimes stands in an environment of its own: that of --lifetimes, or
one that is made now.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PACKAGE = "lifetimes==0.11.3"
CUSTOMERS, ROUNDS = 23_570, 5
WEEKS, COMING_WEEKS = 39, 12
LEAST_TIMES = {"BG/NBD": 6.0, "Pareto/NBD": 10.0}
# What is quicker shall not find something else: of each figure.
APART_AT_MOST = 1e-3
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Round:
    """What one process measured of itself, and found."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    found: dict[str, float]


def main() -> None:
    """Measure, print, and exit 1 where a target is missed, 2 where lifetimes cannot be installed."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lifetimes", metavar="PYTHON", help=f"a Python that has {PACKAGE}")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="melktert-models-") as folder:
        python = options.lifetimes or installed(Path(folder) / "environment")
        if python is None:
            print(f"{PACKAGE} cannot be installed here; say --lifetimes PYTHON, one that has it.", file=sys.stderr)
            sys.exit(2)
        data = Path(folder) / "customers.csv"
        generate(data, options.customers)
        print(f"{options.customers:,} customers, {WEEKS} weeks; medians of {options.rounds} rounds by turns\n")
        print(f"{'':<12}{'':<11}{'seconds':>9}{'of CPU':>9}{'peak MB':>9}   found")
        met = [compared(task, python, data, options.rounds) for task in LEAST_TIMES]
    sys.exit(0 if all(met) else 1)


def compared(task: str, python: str, data: Path, rounds: int) -> bool:
    """Measure one task and print its figures; whether the targets are met."""
    programs = {"ours": [sys.executable, "-m", "benchmarks.models_ours"]}
    programs["lifetimes"] = [python, str(HERE / "models_lifetimes.py")]
    done: dict[str, list[Round]] = {who: [] for who in programs}
    for _ in range(rounds):
        for who, command in programs.items():
            answered = subprocess.run([*command, task, str(data)], check=True, stdout=subprocess.PIPE, text=True)
            done[who].append(Round(**json.loads(answered.stdout.splitlines()[-1])))
    seconds = {who: statistics.median(one.seconds for one in of) for who, of in done.items()}
    cpu = {who: statistics.median(one.cpu_seconds for one in of) for who, of in done.items()}
    peaks = {who: statistics.median(one.peak_mb for one in of) for who, of in done.items()}
    for who, of in done.items():
        found = ", ".join(f"{name} {value:,.2f}" for name, value in of[0].found.items())
        print(f"{task:<12}{who:<11}{seconds[who]:>9.3f}{cpu[who]:>9.3f}{peaks[who]:>9.0f}   {found}")
    times = seconds["lifetimes"] / seconds["ours"]
    ours, theirs = (done[who][0].found for who in ("ours", "lifetimes"))
    alike = all(abs(ours[name] / theirs[name] - 1) <= APART_AT_MOST for name in theirs)
    met = times >= LEAST_TIMES[task] and peaks["ours"] < peaks["lifetimes"] and alike
    print(
        f"{task:<12}{times:.1f} times as fast (at least {LEAST_TIMES[task]:g}; by CPU "
        f"{cpu['lifetimes'] / cpu['ours']:.1f}), "
        f"{peaks['ours'] / peaks['lifetimes']:.0%} of the memory, "
        f"{'the same found' if alike else 'something else found'}: {'met' if met else 'missed'}\n",
        flush=True,
    )
    return met


def installed(folder: Path) -> str | None:
    """The Python of a new environment with lifetimes; None where that cannot be had."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    wanted = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
    return python if subprocess.run(wanted, check=False).returncode == 0 else None


def generate(path: Path, customers: int) -> None:
    """Customers of CDNOW's kind (rates, leaving and orders as fitted there), each drawn by itself, in whole days."""
    draws = np.random.default_rng(23_570)
    came = draws.integers(0, COMING_WEEKS * 7, customers)
    rate, leaving = draws.gamma(0.55, 1 / 10.6, customers), draws.gamma(0.61, 1 / 11.7, customers)
    until = np.minimum(draws.exponential(1, customers) / leaving * 7, WEEKS * 7 - came)
    value = draws.gamma(3.7, 1 / 15.4, customers)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("frequency", "recency", "T", "monetary_value"))
        for start, often, stays, ticks in zip(came, rate / 7, until, value, strict=True):
            days = np.unique(np.floor(np.sort(draws.uniform(0, stays, draws.poisson(often * stays)))))
            days = days[days > 0]
            spent = draws.gamma(6.2, 1 / ticks, len(days))
            mean = round(float(spent.mean()), 2) if len(days) else 0.0
            recency = days[-1] / 7 if len(days) else 0.0
            writer.writerow((len(days), f"{recency:.6f}", f"{(WEEKS * 7 - start) / 7:.6f}", mean))


if __name__ == "__main__":
    main()
