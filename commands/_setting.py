"""A setting as a person meets it: how it is called, shown, typed, and refused where what was typed cannot be.

What is allowed stands once, in store/workspace.py; the ranges in the sentences here are read from there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from commands._amount import amount, signs
from commands._figures import plain_number
from commands._reply import Count, Field, Invalid, Money, Option, Ratio, Request, Sentence, Text, Value
from store.assumptions import ImplausibleError
from store.changes import SupersededError
from store.money import is_currency, is_money, minor_digits
from store.workspace import TeamSettings
from value.projection import FACTOR_MOST

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEDGERS_OWN = "the ledger's own"
# Two digits after a comma are decimals, as much of the world writes them; three would be thousands. A whole number has
# no decimals, so that a point in it parts thousands, as the card writes them to much of the world.
_PATTERNS = {
    "rate": re.compile(r"([-+]?\d{1,3}(?:[.,]\d{1,2})?)\s*%?", re.ASCII),
    "whole": re.compile(r"(\d{1,6}|\d{1,3}[,. ]\d{3})", re.ASCII),
    "number": re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)", re.ASCII),
}
# The comma of 19,50, which cannot part thousands.
_COMMA = re.compile(r"^(\D*\d+),(\d{1,2})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """One of the team's settings. `noun` is what a whole number counts."""

    name: str
    label: str
    kind: Literal["rate", "whole", "number", "amount", "currency", "weekday"]
    noun: str = ""
    example: str = ""

    @property
    def may_be_empty(self) -> bool:
        """Whether it can be left open."""
        return TeamSettings.model_fields[self.name].default is None


ASSUMPTIONS = (
    Setting("sales_growth_annual", "Sales growth", "rate", example="5 or -2.5"),
    Setting("margin_improvement_annual", "Margin improvement", "rate", example="5 or -2.5"),
    Setting("discount_rate_annual", "Discount rate", "rate", example="3 or 3.5"),
    Setting("horizon_years", "Horizon", "whole", "year", example="20"),
)


class Mistyped(Exception):  # noqa: N818 - it says what was done, as Invalid does
    """What was typed is not a value of this setting. The text is a sentence that says what is."""


def shown(setting: Setting, settings: TeamSettings) -> Value:
    """The setting as it stands."""
    return shown_value(setting, getattr(settings, setting.name), settings.visit_currency)


def shown_value(setting: Setting, value: Any, currency: str) -> Value:
    """A value of this setting; an amount is in `currency`."""
    match setting.kind:
        case "rate":
            return Ratio(value)
        case "whole" | "number":
            return Count(plain_number(Decimal(value)), setting.noun)
        case "amount":
            return Money(value, currency, "whole" if value == value.to_integral_value() else "exact")
        case "weekday":
            return Text(value.capitalize())
        case "currency":
            return Text(value or LEDGERS_OWN)


def changed(
    settings: Iterable[Setting], before: BaseModel, after: BaseModel, currencies: tuple[str, str] = ("", "")
) -> list[Sentence]:
    """What changed, such as "Sales growth 5 % → 6 %"; amounts are in the first currency before, in the second after."""
    return [
        (
            f"{one.label} ",
            shown_value(one, getattr(before, one.name), currencies[0]),
            " → ",
            shown_value(one, getattr(after, one.name), currencies[1]),
        )
        for one in settings
        if getattr(before, one.name) != getattr(after, one.name)
    ]


def field(setting: Setting, value: Any, *, hint: str = "", required: bool = True) -> Field:
    """What a form asks for this setting, with `value` to begin with."""
    if setting.kind == "weekday":
        days = tuple(Option(day, day.capitalize()) for day in WEEKDAYS)
        return Field(setting.name, setting.label, "choice", initial=value, options=days)
    kind: Literal["text", "number"] = "text" if setting.kind in ("currency", "amount") else "number"
    allowed = _allowed(setting)
    return Field(
        setting.name,
        setting.label,
        kind,
        required=required and not setting.may_be_empty,
        initial=as_typed(setting, value),
        hint=f"{hint} {allowed[0].upper()}{allowed[1:]}.".strip(),
    )


def read(setting: Setting, text: str, currency: str = "") -> object:
    """The value that was typed; None for nothing, where that is a value. The range is checked by `refusals`.

    Errors: Mistyped.
    """
    text = text.strip().replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ")
    match setting.kind:
        case "weekday":
            return text
        case "currency":
            if not text and setting.may_be_empty:
                return None
            code = text.upper()
            if is_currency(code) and not is_money(code):
                raise Mistyped(f"{setting.label}: nobody is paid in {code}; type {_allowed(setting)}.")
            if not is_money(code):
                raise Mistyped(refusal(setting))
            return code
        case "amount":
            return _read_amount(setting, text, currency)
        case "rate" | "whole" | "number":
            found = _PATTERNS[setting.kind].fullmatch(text)
            if found is None:
                raise Mistyped(refusal(setting))
            if setting.kind == "whole":
                return int(re.sub("[,. ]", "", found[1]))
            number = Decimal(found[1].replace(",", "."))
            return number / 100 if setting.kind == "rate" else number


def _read_amount(setting: Setting, text: str, currency: str) -> Decimal:
    found = amount(_COMMA.sub(r"\1.\2", text))
    if found is None:
        raise Mistyped(refusal(setting))
    number, typed_currency = found
    if typed_currency and currency and typed_currency not in (currency, *signs(currency)):
        raise Mistyped(f"{setting.label}: type the amount alone; it is in {currency}, the currency of visits.")
    if currency and number != round(number, minor_digits(currency)):
        raise Mistyped(
            f"{setting.label}: type no more decimals than {currency} has, which is {minor_digits(currency)}."
        )
    return number


def refusals(model: type[BaseModel], values: Mapping[str, object], settings: Iterable[Setting]) -> dict[str, str]:
    """By name, a sentence for each of these values that the model does not allow."""
    by_name = {setting.name: setting for setting in settings}
    try:
        model.model_validate(dict(values))
    except ValidationError as refused:
        wrong = {str(error["loc"][0]) for error in refused.errors()}
        return {name: refusal(setting) for name, setting in by_name.items() if name in wrong}
    return {}


def refusal(setting: Setting) -> str:
    """What is allowed, as the sentence for whoever typed something else."""
    return f"{setting.label}: type {_allowed(setting)}."


def seen(request: Request) -> int:
    """The version that a form was opened from. Errors: Invalid for what no form of ours carries."""
    text = request.values.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(form="This form cannot be read; close it and open it again.")
    return int(text)


def superseded(other: SupersededError, request: Request, what: str) -> str:
    """That somebody else was quicker, and what to do."""
    who = other.by.name or other.by.id
    if other.by.id == request.person.slack_user_id:
        who = "You"
    return (
        f"{who} changed {what} on {other.at:%Y-%m-%d at %H:%M} UTC, after this form was opened. "
        "Nothing of this form was saved. Close it, open it again and change what is still to be changed."
    )


def implausible(refused: ImplausibleError) -> Invalid:
    """What the assumptions would make of a profit, and which of them to change."""
    factor = f"{refused.factor:,.0f}" if refused.factor < 1_000_000 else "more than a million"
    whose = ""
    if refused.customers:
        many = "1 customer" if refused.customers == 1 else f"{refused.customers:,} customers"
        whose = f" for {many} with assumptions of their own"
    return Invalid(
        horizon_years=f"With these, 1.00 of yearly profit would be worth {factor} today{whose}; "
        f"{FACTOR_MOST:,} is the most that can be planned with. "
        "Lower the growth, the margin improvement or the horizon, or raise the discount rate."
    )


def _allowed(setting: Setting) -> str:
    such_as = f", such as {setting.example}"
    match setting.kind:
        case "weekday":
            return "one of the seven days of the week"
        case "currency":
            empty = f"; leave it empty for {LEDGERS_OWN}" if setting.may_be_empty else ""
            return f"a currency code of three letters, such as USD{empty}"
        case "rate":
            return f"a percentage a year {_range(setting, 100, ' %')}{such_as}"
        case "whole":
            return f"a whole number of {setting.noun}s {_range(setting)}{such_as}"
        case "number":
            return f"a number of {setting.noun}s {_range(setting)}{such_as}"
        case "amount":
            return f"an amount {_range(setting)}{such_as}"


def _range(setting: Setting, times: int = 1, sign: str = "") -> str:
    bounds: dict[str, Decimal] = {}
    for limit in TeamSettings.model_fields[setting.name].metadata:
        for end in ("gt", "ge", "le"):
            if getattr(limit, end, None) is not None:
                bounds[end] = Decimal(getattr(limit, end)) * times
    most = f"{plain_number(bounds['le']):,}{sign}"
    if "gt" in bounds:
        return f"above {plain_number(bounds['gt']):,}{sign} and up to {most}"
    return f"from {plain_number(bounds['ge']):,}{sign} to {most}"


def as_typed(setting: Setting, value: Any) -> str:
    """A value as somebody would type it, which `read` reads back; empty for none."""
    if value is None:
        return ""
    if setting.kind == "currency":
        return str(value)
    number = Decimal(value) * 100 if setting.kind == "rate" else Decimal(value)
    return f"{number.normalize():f}"
