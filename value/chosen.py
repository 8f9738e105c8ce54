"""What was chosen for a ledger, on which evidence, with every parameter that it takes to use it; and this as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from value.backtest import Errors, Window
from value.baselines import PastRate
from value.bgnbd import BgNbd
from value.candidates import BG_NBD, MBG_CNBD, PARETO_NBD, SEASONAL, Fits
from value.gammagamma import GammaGamma
from value.intervals import AS_PROMISED, Recalibration
from value.likelihood import Fitted
from value.mbgcnbd import MbgCnbd
from value.own_mean import OwnMean
from value.paretonbd import ParetoNbd
from value.seasons import OperationalTime

# Of what is written. A choice of another version is made anew, not read.
VERSION = 1
MODELS: dict[str, type[Any]] = {BG_NBD: BgNbd, MBG_CNBD: MbgCnbd, PARETO_NBD: ParetoNbd}


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the back-test said of one candidate: its score, and the mean of its errors over the windows, if any."""

    score: float
    errors: Errors | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: candidates for purchases and for spend, and the carrier whose distribution they have.

    Where `gate` has a sentence, the past is too thin: nothing was chosen, and the sentence says why.
    """

    start_day: int
    end_day: int
    horizon_days: int
    gate: str | None = None
    note: str = ""
    purchases: str = ""
    spend: str = ""
    carrier: str = ""
    fits: Fits | None = None
    windows: tuple[Window, ...] = ()
    purchase_table: Mapping[str, Ranked] = field(default_factory=dict)
    spend_table: Mapping[str, Ranked] = field(default_factory=dict)
    of_counts: Recalibration = AS_PROMISED
    of_spend: Recalibration = AS_PROMISED
    shock_sd: float = 0.0

    @property
    def learned(self) -> Fits:
        """What was learned. Errors: ValueError for a choice that the gate held back."""
        if self.fits is None:
            raise ValueError(self.gate or "nothing was chosen")
        return self.fits

    def to_json(self) -> str:
        """As text that `from_json` reads back to the same choice."""
        return json.dumps(
            {
                "version": VERSION,
                "start_day": self.start_day,
                "end_day": self.end_day,
                "horizon_days": self.horizon_days,
                "gate": self.gate,
                "note": self.note,
                "purchases": self.purchases,
                "spend": self.spend,
                "carrier": self.carrier,
                "fits": None if self.fits is None else _fits(self.fits),
                "windows": [asdict(window) for window in self.windows],
                "purchase_table": _table(self.purchase_table),
                "spend_table": _table(self.spend_table),
                "of_counts": _map(self.of_counts),
                "of_spend": _map(self.of_spend),
                "shock_sd": self.shock_sd,
            },
            allow_nan=False,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Choice":
        """The choice that was written. Errors: ValueError for what is none, or of another version."""
        data = json.loads(text)
        if not isinstance(data, dict) or data.pop("version", None) != VERSION:
            raise ValueError("this is no choice of this version")
        try:
            return cls(
                **{
                    **data,
                    "fits": None if data["fits"] is None else _fits_read(data["fits"]),
                    "windows": tuple(Window(**window) for window in data["windows"]),
                    "purchase_table": _table_read(data["purchase_table"]),
                    "spend_table": _table_read(data["spend_table"]),
                    "of_counts": Recalibration(*(np.array(part) for part in data["of_counts"])),
                    "of_spend": Recalibration(*(np.array(part) for part in data["of_spend"])),
                }
            )
        except (KeyError, TypeError) as wrong:
            raise ValueError("this is no choice of this version") from wrong


def _table(table: Mapping[str, Ranked]) -> dict[str, Any]:
    return {
        name: [one.score, None if one.errors is None else [one.errors.mae, one.errors.rmse, one.errors.total]]
        for name, one in table.items()
    }


def _table_read(data: dict[str, Any]) -> dict[str, Ranked]:
    return {name: Ranked(score, None if of is None else Errors(*of)) for name, (score, of) in data.items()}


def _map(recalibration: Recalibration) -> list[list[float]]:
    return [recalibration.level.tolist(), recalibration.share.tolist()]


def _fits(fits: Fits) -> dict[str, Any]:
    return {
        "models": {name: _model(model) for name, model in fits.models.items()},
        "past_rates": {name: asdict(rate) for name, rate in fits.past_rates.items()},
        "likelihoods": dict(fits.likelihoods),
        "gamma_gamma": None if fits.gamma_gamma is None else _model(fits.gamma_gamma),
        "own_mean": None if fits.own_mean is None else asdict(fits.own_mean),
        "net_share": fits.net_share,
        "season": fits.clock.weights.tolist(),
        "out": dict(fits.out),
    }


def _model(model: Fitted | GammaGamma) -> dict[str, Any]:
    likelihood = model.log_likelihood
    return {
        **model.parameters,
        # JSON has no NaN.
        "log_likelihood": likelihood if math.isfinite(likelihood) else None,
        "is_at_boundary": model.is_at_boundary,
    }


def _fits_read(data: dict[str, Any]) -> Fits:
    def parameters(of: dict[str, Any]) -> dict[str, Any]:
        likelihood = of["log_likelihood"]
        whole = {"k": int(of["k"])} if "k" in of else {}
        return {**of, **whole, "log_likelihood": math.nan if likelihood is None else likelihood}

    return Fits(
        models={name: MODELS[name.removesuffix(SEASONAL)](**parameters(of)) for name, of in data["models"].items()},
        past_rates={name: PastRate(**of) for name, of in data["past_rates"].items()},
        likelihoods=data["likelihoods"],
        gamma_gamma=None if data["gamma_gamma"] is None else GammaGamma(**parameters(data["gamma_gamma"])),
        own_mean=None if data["own_mean"] is None else OwnMean(**data["own_mean"]),
        net_share=data["net_share"],
        clock=OperationalTime(np.array(data["season"])),
        out=data["out"],
    )
