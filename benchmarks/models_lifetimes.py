"""One round of `python -m benchmarks models` with the package lifetimes, in its own environment."""
# mypy: ignore-errors

import json
import resource
import sys
import time
import warnings

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

AHEAD_WEEKS = 39.0


def main(task, path):
    """Fit and predict; the seconds, the peak and what was found, as JSON."""
    warnings.simplefilter("ignore")
    data = pd.read_csv(path)
    started, worked = time.perf_counter(), time.process_time()
    found = bg_nbd(data) if task == "BG/NBD" else pareto_nbd(data)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb, "found": found}))


def bg_nbd(data):
    x, t_x, t = data["frequency"], data["recency"], data["T"]
    model = BetaGeoFitter().fit(x, t_x, t)
    purchases = model.conditional_expected_number_of_purchases_up_to_time(AHEAD_WEEKS, x, t_x, t)
    alive = model.conditional_probability_alive(x, t_x, t)
    again = data[x > 0]
    spread = GammaGammaFitter().fit(again["frequency"], again["monetary_value"])
    order = spread.conditional_expected_average_profit(again["frequency"], again["monetary_value"])
    return {
        "purchases": float(purchases.sum()),
        "alive": float(alive.sum()),
        "mean order": float(order.mean()),
    }


def pareto_nbd(data):
    x, t_x, t = data["frequency"], data["recency"], data["T"]
    model = ParetoNBDFitter().fit(x, t_x, t)
    purchases = model.conditional_expected_number_of_purchases_up_to_time(AHEAD_WEEKS, x, t_x, t)
    alive = model.conditional_probability_alive(x, t_x, t)
    return {
        "purchases": float(purchases.sum()),
        "alive": float(alive.sum()),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
