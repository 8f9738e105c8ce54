"""What people do in Slack, what the app is sent, and what people then see."""

from datetime import date

import pytest

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.apps import SocketApp
from tests.slack.tests.pieces import Json, button, card, option, plain
from tests.slack.world import Channel

# --- commands and messages -------------------------------------------------------------------------------------------


def test_a_command_says_who_where_and_what(slack: Slack, app: SocketApp, anna: Person) -> None:
    board = slack.channel("board", [anna], private=True)
    anna.types("/clv R&D <Acme>", at=board)
    anna.types("/clv @anna #board")
    one, two = app.payloads
    assert (one["channel_id"], one["channel_name"], one["text"]) == (board.id, "privategroup", "R&amp;D &lt;Acme&gt;")
    assert (one["user_id"], one["team_id"], one["api_app_id"]) == (anna.id, slack.app.team.id, slack.app.app_id)
    assert (two["channel_id"], two["channel_name"]) == (anna.dm.id, "directmessage")
    assert two["text"] == f"<@{anna.id}|anna> <#{board.id}|board>"


def test_with_a_manifest_only_what_is_registered_reaches_the_app(slack: Slack, app: SocketApp, anna: Person) -> None:
    slack.install(
        {
            "features": {
                "slash_commands": [{"command": "/clv", "description": "x"}],
                "shortcuts": [{"callback_id": "log", "type": "message", "name": "x", "description": "x"}],
                "app_home": {"home_tab_enabled": True},
            },
            "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "im:history"]}},
            "settings": {"event_subscriptions": {"bot_events": ["message.im"]}},
        }
    )
    anna.types("/clv @anna")
    assert app.payloads[-1]["text"] == "@anna", "without should_escape a mention stays as it was typed"
    with pytest.raises(AssertionError, match="not a valid command"):
        anna.types("/other")
    with pytest.raises(AssertionError, match="shortcut"):
        anna.runs_shortcut("log")
    received = len(app.payloads)
    anna.opens_home()
    anna.says("hello", to=slack.channel("sales", [anna]))
    assert len(app.payloads) == received
    anna.says("hello")
    assert len(app.payloads) == received + 1
    assert slack.app.bot_scopes == {"commands", "chat:write", "im:history"}


def test_a_message_in_a_channel_is_heard_and_a_mention_is_heard_as_one_too(
    slack: Slack, app: SocketApp, anna: Person, sales: Channel
) -> None:
    anna.says(f"{slack.bot.mention} clv A&B", to=sales)
    kinds = [(one["event"]["type"], one["event"].get("channel_type")) for one in app.payloads]
    assert kinds == [("message", "channel"), ("app_mention", None)]
    assert app.payloads[1]["event"]["text"] == f"<@{slack.bot.id}> clv A&amp;B"
    outside = slack.channel("outside", [anna], bot=False)
    anna.says(f"{slack.bot.mention} clv", to=outside)
    assert len(app.payloads) == 2


def test_an_event_says_whether_its_channel_is_shared(slack: Slack, app: SocketApp) -> None:
    otto = slack.stranger("Otto")
    shared = slack.channel("shared", [otto], shared="external")
    otto.says("hello", to=shared)
    assert app.payloads[0]["is_ext_shared_channel"]
    assert app.payloads[0]["event"]["user_team"] == otto.user.team.id != app.payloads[0]["team_id"]
    otto.types("/clv", at=shared)
    assert app.payloads[1]["team_id"] == otto.user.team.id


def test_who_joins_and_leaves_is_told_to_the_app(slack: Slack, app: SocketApp, sales: Channel) -> None:
    ben = slack.member("Ben")
    ben.joins(sales)
    assert ben.id in sales.members
    ben.leaves(sales)
    events = [one["event"] for one in app.payloads]
    assert [one["type"] for one in events] == ["member_joined_channel", "member_left_channel"]
    assert {(one["user"], one["channel"]) for one in events} == {(ben.id, sales.id)}
    slack.bot.joins(slack.channel("new", bot=False))
    assert app.payloads[-1]["event"]["user"] == slack.bot.id


def test_any_other_event_can_be_sent(slack: Slack, app: SocketApp, anna: Person) -> None:
    slack.sends_event("user_change", {"type": "user_change", "user": {"id": anna.id}}, by=anna)
    assert app.payloads[0]["event"]["type"] == "user_change"


def test_a_reply_stands_in_its_thread(slack: Slack, app: SocketApp, anna: Person, sales: Channel) -> None:
    first = slack.posts(anna, sales, "first")
    anna.says("reply", to=sales, thread=first)
    assert app.payloads[0]["event"]["thread_ts"] == first.ts


# --- seeing ----------------------------------------------------------------------------------------------------------


def test_each_sees_only_what_slack_would_show_them(slack: Slack, anna: Person, sales: Channel) -> None:
    guest, otto, ben = slack.guest("Gina"), slack.stranger("Otto"), slack.member("Ben")
    board = slack.channel("board", [anna], private=True)
    for channel in (sales, board):
        slack.posts(anna, channel, channel.name)
    seen = {one.name: [message.text for message in one.sees()] for one in (anna, ben, guest, otto)}
    assert seen == {"Anna": ["sales", "board"], "Ben": ["sales"], "Gina": [], "Otto": []}


def test_a_screen_is_read_as_a_person_reads_it(app: SocketApp, anna: Person, sales: Channel) -> None:
    blocks: list[Json] = [
        {"type": "header", "text": plain("Acme &amp; Co")},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Revenue*"}], "accessory": button("More")},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "2025"}]]},
        {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "A rising line"},
    ]
    app.web.chat_postMessage(channel=sales.id, text="Acme", blocks=blocks)
    seen = anna.latest(sales)
    assert seen.words.splitlines() == ["Acme & Co", "*Revenue*", "More", "2025", "A rising line"]
    assert seen.buttons == ["More"]


# --- pressing --------------------------------------------------------------------------------------------------------


def test_a_press_says_what_was_pressed_and_where(app: SocketApp, anna: Person, sales: Channel) -> None:
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(button("Share", value="v<1>", style="primary")))
    done = anna.presses("Share", on=anna.latest(sales))
    payload = app.payloads[-1]
    [action] = payload["actions"]
    assert (payload["type"], action["action_id"], action["block_id"]) == ("block_actions", "do-Share", "row")
    assert (action["value"], action["style"], action["text"]["text"]) == ("v<1>", "primary", "Share")
    assert (payload["channel"]["id"], payload["message"]["text"]) == (sales.id, "x")
    assert payload["container"] == {
        "type": "message",
        "message_ts": anna.latest(sales).ts,
        "channel_id": sales.id,
        "is_ephemeral": False,
    }
    assert (payload["user"]["team_id"], done.error) == (anna.user.team.id, None)


def test_an_ephemeral_message_is_not_repeated_when_pressed(app: SocketApp, anna: Person, sales: Channel) -> None:
    app.web.chat_postEphemeral(channel=sales.id, user=anna.id, text="x", blocks=card(button("Share")))
    anna.presses("Share", on=anna.latest(sales))
    assert "message" not in app.payloads[-1]
    assert app.payloads[-1]["container"]["is_ephemeral"]
    with pytest.raises(AssertionError, match="no shortcuts"):
        anna.runs_shortcut("log", on=anna.latest(sales))


def test_menus_and_pickers_say_what_was_chosen(slack: Slack, app: SocketApp, anna: Person, sales: Channel) -> None:
    elements: list[Json] = [
        {"type": "overflow", "action_id": "menu", "options": [option("Snooze"), option("Done")]},
        {"type": "static_select", "action_id": "select", "options": [option("Acme"), option("Globex")]},
        {"type": "datepicker", "action_id": "day"},
        {"type": "users_select", "action_id": "who"},
    ]
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(*elements))
    seen = anna.latest(sales)
    anna.presses("Done", on=seen)
    anna.presses("Globex", on=seen)
    anna.picks("day", date(2026, 11, 22), on=seen)
    anna.picks("who", anna, on=seen)
    menu, select, day, who = [one["actions"][0] for one in app.payloads if one["type"] == "block_actions"]
    assert (menu["selected_option"]["value"], select["selected_option"]["value"]) == ("done", "globex")
    assert (day["selected_date"], who["selected_user"]) == ("2026-11-22", anna.id)
    values = app.payloads[-1]["state"]["values"]["row"]
    assert values["who"]["selected_user"] == anna.id


def test_what_is_not_there_cannot_be_pressed(slack: Slack, app: SocketApp, anna: Person, sales: Channel) -> None:
    app.web.chat_postEphemeral(channel=sales.id, user=anna.id, text="x", blocks=card(button("Share")))
    seen = anna.latest(sales)
    with pytest.raises(AssertionError, match=r"\['Share'\]"):
        anna.presses("Delete", on=seen)
    with pytest.raises(AssertionError, match="cannot see"):
        slack.member("Ben").presses("Share", on=seen)


def test_a_press_may_be_asked_about_and_declined(app: SocketApp, anna: Person, sales: Channel) -> None:
    asked = {"title": plain("Sure?"), "text": plain("x"), "confirm": plain("Yes"), "deny": plain("No")}
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(button("Delete", confirm=asked), button("Keep")))
    seen, received = anna.latest(sales), len(app.payloads)
    anna.presses("Delete", on=seen, declining=True)
    assert len(app.payloads) == received
    anna.presses("Delete", on=seen)
    assert len(app.payloads) == received + 1
    with pytest.raises(AssertionError, match="does not ask"):
        anna.presses("Keep", on=seen, declining=True)


def test_an_attacker_can_send_another_value(app: SocketApp, anna: Person, sales: Channel) -> None:
    menu = {"type": "overflow", "action_id": "menu", "options": [option("Snooze")]}
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(button("Share", value="mine"), menu))
    anna.presses("Share", on=anna.latest(sales), value="another's")
    assert app.payloads[-1]["actions"][0]["value"] == "another's"
    anna.presses("Snooze", on=anna.latest(sales), value="another's")
    assert app.payloads[-1]["actions"][0]["selected_option"]["value"] == "another's"


def test_the_answer_to_a_press_is_the_message_that_it_changed(app: SocketApp, anna: Person, sales: Channel) -> None:
    ts = app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(button("Share")))["ts"]
    done = anna.presses("Share", on=anna.latest(sales))
    with pytest.raises(AssertionError, match="saw no answer"):
        done.answer(timeout_seconds=0.05)
    app.web.chat_update(channel=sales.id, ts=ts, text="shared", blocks=[])
    assert done.answer().text == "shared"
    with pytest.raises(AssertionError, match="saw no such answer"):
        done.answer(until=lambda seen: "other" in seen.words, timeout_seconds=0.05)


def test_a_payload_in_the_acknowledgement_of_a_press_is_complained_of(
    slack: Slack, app: SocketApp, anna: Person, sales: Channel
) -> None:
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card(button("Share")))
    slack.wait_for(lambda: app.received)
    app.answer = lambda _payload: {"text": "no"}
    assert anna.presses("Share", on=anna.latest(sales)).error == "unexpected_payload"
    slack.expect_complaint("unexpected_payload", "ack")


def test_a_malformed_answer_to_a_command_is_complained_of(slack: Slack, app: SocketApp, anna: Person) -> None:
    app.answer = lambda _payload: {"text": "x", "colour": "red"}
    assert anna.types("/clv").error == "invalid_payload"
    slack.expect_complaint("invalid_payload", "ack")


# --- shortcuts and home ----------------------------------------------------------------------------------------------


def test_shortcuts_on_a_message_carry_it_and_global_ones_do_not(
    slack: Slack, app: SocketApp, anna: Person, sales: Channel
) -> None:
    note = slack.posts(anna, sales, "visited Acme")
    anna.runs_shortcut("log-visit", on=note)
    anna.runs_shortcut("log-visit")
    on_message, everywhere = app.payloads
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "visited Acme")
    assert on_message["response_url"].startswith(slack.url)
    assert (everywhere["type"], "channel" in everywhere, "response_url" in everywhere) == ("shortcut", False, False)


def test_opening_home_is_an_event_that_carries_what_stands_there(app: SocketApp, anna: Person) -> None:
    blocks = [{"type": "section", "text": plain("Welcome"), "accessory": button("Start")}]
    anna.opens_home()
    app.web.views_publish(user_id=anna.id, view={"type": "home", "blocks": blocks})
    anna.opens_home()
    assert "view" not in app.payloads[0]["event"]
    assert app.payloads[1]["event"]["view"]["blocks"][0]["text"]["text"] == "Welcome"
    assert anna.home is not None
    anna.presses("Start", on=anna.home)
    assert app.payloads[2]["container"] == {"type": "view", "view_id": anna.home.view.id}
