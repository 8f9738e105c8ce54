"""The four figures on top of a digest, with those of the last one beside them."""

from collections.abc import Callable
from decimal import Decimal

from commands._digest_compose import Digest, Figures
from commands._reply import Count, Fact, Money, Panel, Ratio, Sentence, Text, Unknown, Value


def top(digest: Digest, currency: str | None, rate: Decimal) -> Panel:
    """The figures on top; money is shown in `currency`, of which one unit of the figures' own is `rate`."""
    was = digest.figures_before
    facts = [
        _fact(key, label, value(digest.figures, currency, rate), value(was, currency, rate) if was else None)
        for key, label, value in _TOP
    ]
    rows: tuple[tuple[Fact | Sentence, ...], ...] = tuple((fact,) for fact in facts)
    return Panel("How we look after them", rows)


def _fact(key: str, label: str, now: Value, then: Value | None) -> Fact:
    if isinstance(now, Unknown):
        label = label.removeprefix("of the ")  # which follows a number only
    before = None if isinstance(then, Unknown) else then
    if isinstance(before, Count):
        before = Count(before.number)  # the label has said of what
    return Fact(key, label, now, before=before)


def _share(figures: Figures, _currency: str | None, _rate: Decimal) -> Value:
    if figures.top_within is None or not figures.top_all:
        return Unknown("no customer has a profit over 12 months that is known")
    return Ratio((figures.top_within / figures.top_all).quantize(Decimal("0.01")))


def _risk(figures: Figures, currency: str | None, rate: Decimal) -> Value:
    if figures.value_at_risk is None or currency is None:
        return Unknown("no model has been fitted to the ledger")
    return Money(figures.value_at_risk * rate, currency, "short")


def _kept(figures: Figures, _currency: str | None, _rate: Decimal) -> Value:
    return Text(f"{figures.kept_on_time} of {figures.kept_of}") if figures.kept_of else Unknown("none was due")


def _touches(figures: Figures, _currency: str | None, _rate: Decimal) -> Value:
    return Count(figures.touches, "touch", "touches")


_TOP: tuple[tuple[str, str, Callable[[Figures, str | None, Decimal], Value]], ...] = (
    ("top_in_cadence", "of the best customers' profit seen in time", _share),
    ("value_at_risk", "value at risk of being lost in 12 months", _risk),
    ("promises_kept", "promises kept on time in 7 days", _kept),
    ("touches", "in the last 7 days", _touches),
)
