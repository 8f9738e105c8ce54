"""A chart as a picture: drawn from data alone, for any customer; and on its way to the asker, and to nobody else."""

import datetime as dt
import struct
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot import pictures
from bot.app import Melktert
from bot.chart import DOTS_AN_INCH, INCHES, png
from commands._reply import Bar, Chart
from store.database import Database
from tests.bot.bots import running
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.slack import Slack

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chart(
    *,
    past: tuple[int, ...] = (100, 0, 250),
    ahead: tuple[int, ...] = (120, 110),
    unit: str = "USD",
    of: str = "Acme",
) -> Chart:
    """Bars a quarter apart."""
    ends = [dt.date(2024, 1, 31) + dt.timedelta(days=91 * number) for number in range(len(past) + len(ahead))]
    return Chart(
        of=of,
        title="Revenue by quarter",
        unit=unit,
        past=tuple(Bar(end, Decimal(value)) for end, value in zip(ends, past, strict=False)),
        ahead=tuple(
            Bar(end, Decimal(value), Decimal(value) / 2, Decimal(value) * 2)
            for end, value in zip(ends[len(past) :], ahead, strict=True)
        ),
        alt="Acme, revenue by quarter",
        name="acme.png",
    )


def size(picture: bytes) -> tuple[int, int]:
    """Width and height in its header."""
    assert picture.startswith(SIGNATURE)
    return struct.unpack(">II", picture[16:24])  # type: ignore[return-value]


@pytest.mark.parametrize(
    "drawn",
    [
        chart(),
        chart(ahead=()),
        chart(past=(0,), ahead=()),
        chart(past=(-500, -20), ahead=(0, 0)),
        chart(past=(10**15,) * 12, ahead=(10**15,) * 4, unit="JPY"),
        chart(of="W" * 200),
        chart(of="株式会社 🎂 $x^2$"),
    ],
    ids=["plain", "no model", "nothing bought", "credits only", "large", "long name", "signs that no font has"],
)
def test_whatever_there_is_is_drawn(drawn: Chart) -> None:
    picture = png(drawn)
    assert size(picture) == (INCHES[0] * DOTS_AN_INCH, INCHES[1] * DOTS_AN_INCH)
    # For a phone on a slow line.
    assert len(picture) < 100_000


def test_the_same_chart_is_the_same_picture() -> None:
    assert png(chart()) == png(chart())
    assert png(chart()) != png(chart(past=(100, 0, 251)))


def test_the_picture_says_whose_figures_they_are() -> None:
    assert png(chart(of="Acme")) != png(chart(of="Ecma"))
    # What cannot be written is left out, and not drawn as boxes.
    assert png(chart(of="株式会社")) == png(chart(of="有限会社"))


def test_no_figure_is_shared_between_threads() -> None:
    program = "import sys; import bot.chart; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_terminal_finds_it_under_the_customers_name() -> None:
    path = pictures.keep(chart(), "en_US")
    assert path.name == "acme.png"
    assert path.read_bytes() == png(chart())
    path.unlink()
    path.parent.rmdir()
    assert not Path(path.parent).exists()


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    """The bot on a customer with a few orders."""
    ledger = Ledger(sqlite_db)
    acme = ledger.customer("Acme")
    for month in range(1, 6):
        ledger.invoice(acme, dt.date(2026, month, 20), Line("100", "50"))
    ledger.customer("Never Bought")
    ledger.done()
    with running(slack, sqlite_db, "socket") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com")


def test_in_a_channel_the_picture_comes_to_the_asker_by_direct_message(anna: Person, slack: Slack) -> None:
    sales = slack.channel("sales", [anna, slack.member("Ben", email="ben@example.com")])
    seen = anna.types("/clv acme chart", at=sales).answer()
    assert seen.is_ephemeral
    assert "The picture comes to you as a direct message from Melktert" in seen.words
    assert "Share" not in str(seen.buttons)
    (file,) = slack.wait_for(lambda: slack.files)
    assert file.content is not None
    assert file.content.startswith(SIGNATURE)
    assert (file.name, file.alt_text) == ("acme.png", "Acme, revenue by quarter, as bars")
    assert file.channels == [anna.dm.id]
    assert not slack.messages(sales)


def test_where_there_is_nothing_to_draw_that_is_said_and_nothing_sent(anna: Person, slack: Slack) -> None:
    seen = anna.types("/clv never bought chart", at=slack.channel("sales", [anna])).answer()
    assert "There is no chart: nothing has been bought in the period covered." in seen.words
    assert not slack.calls_of("files.getUploadURLExternal")


def test_a_picture_that_slack_does_not_take_is_told(anna: Person, slack: Slack) -> None:
    slack.faults.refuse("files.completeUploadExternal", "internal_error")
    anna.types("/clv acme chart", at=slack.channel("sales", [anna])).answer()
    told = slack.wait_for(lambda: [one for one in slack.messages(anna.dm) if "did not take the picture" in one.text])
    assert "Ask for it once more" in told[0].text
    assert slack.files == []
