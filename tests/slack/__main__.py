"""python -m tests.slack: a stand-in to run a bot against, and somebody in it whose lines you type.

It prints the settings for the bot's .env, waits until the bot is connected, and then reads a line at a time: a slash
command, a message to the bot, the label of a button of the last answer, or "home". An empty line ends it.
"""

import sys

from tests.slack.interactions import Interaction
from tests.slack.people import Person
from tests.slack.screen import Home, Modal, Screen, Seen
from tests.slack.slack import Slack


def main() -> None:
    """Be Slack, until an empty line."""
    with Slack() as slack:
        anna = slack.member("Anna Botha", email="anna@example.com")
        sales = slack.channel("sales", [anna])
        print("# Settings for the bot; start it now: .venv/bin/python -m bot run")
        for name, value in slack.environment.items():
            print(f"{name}={value}")
        print("FIRST_ADMIN=anna@example.com", flush=True)
        slack.wait_for(lambda: slack.courier.is_connected, timeout_seconds=3_600)
        print("\nThe bot is connected. You are Anna, in #sales.", flush=True)
        shown: Screen | None = None
        for line in map(str.strip, sys.stdin):
            if not line:
                break
            try:
                shown = does(anna, line, shown, sales) or shown
            except AssertionError as nothing:
                print(nothing)
                continue
            if shown is not None:
                print(f"\n{shown.words}\n", flush=True)
        for complaint in slack.complaints:
            print(f"Slack complains: {complaint}")


def does(anna: Person, line: str, on: Screen | None, sales: object) -> Screen | None:
    """What Anna sees after she has done this."""
    if line == "home":
        anna.opens_home()
        return anna.slack.wait_for(lambda: anna.home)
    if isinstance(on, Seen | Home | Modal) and line in (*on.buttons, *on.options):
        return what_came_of(anna, anna.presses(line, on=on))
    return (anna.types(line, at=sales) if line.startswith("/") else anna.says(line)).answer()  # type: ignore[arg-type]


def what_came_of(anna: Person, pressed: Interaction) -> Screen:
    """The dialogue that it opened, once it is filled; otherwise a message."""
    anna.slack.wait_for(lambda: pressed._opened() is not None or pressed._seen(None) is not None)
    if pressed._opened() is None:
        return pressed.answer()
    return anna.slack.wait_for(
        lambda: anna.modal if anna.modal is not None and "One moment" not in anna.modal.words else None
    )


if __name__ == "__main__":
    main()
