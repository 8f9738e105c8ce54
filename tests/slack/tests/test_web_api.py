"""The Web API as Slack's own client meets it: tokens, scopes, arguments, and what each method answers."""

import json
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.conftest import Refused
from tests.slack.web_api import METHODS
from tests.slack.world import Channel

FORM = "application/x-www-form-urlencoded"


def post(slack: Slack, method: str, body: bytes, content_type: str, *, token: str = "xoxb-test") -> dict[str, object]:
    """A call as no client would make it."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    request = urllib.request.Request(slack.api_url + method, body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return dict(json.load(answer))


# --- tokens, scopes, arguments ----------------------------------------------------------------------------------------


def test_a_bot_token_says_whose_it_is(slack: Slack, client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["user_id"], answer["bot_id"]) == (slack.bot.id, slack.app.bot_id)
    assert answer.headers["x-oauth-scopes"] == ",".join(sorted(slack.app.bot_scopes))


def test_no_token_is_not_authed(slack: Slack, refused: Refused) -> None:
    refused("not_authed", "auth.test", by=WebClient(base_url=slack.api_url))


def test_a_token_may_come_in_a_form_but_not_in_json(slack: Slack) -> None:
    token = slack.app.bot_token
    assert post(slack, "auth.test", f"token={token}".encode(), FORM, token="")["ok"]
    assert post(slack, "auth.test", f'{{"token": "{token}"}}'.encode(), "application/json", token="")["ok"] is False
    slack.expect_complaint("not_authed")


@pytest.mark.parametrize("token", ["xoxb-other", "xoxp-test", "nonsense"])
def test_an_unknown_token_is_refused(slack: Slack, refused: Refused, token: str) -> None:
    refused("invalid_auth", "auth.test", by=WebClient(token, base_url=slack.api_url))


def test_a_revoked_token_is_refused(slack: Slack, refused: Refused) -> None:
    slack.app.revoked.add(slack.app.bot_token)
    refused("token_revoked", "auth.test")


def test_an_app_token_opens_connections_and_nothing_else(slack: Slack, client: WebClient, refused: Refused) -> None:
    assert client.apps_connections_open(app_token=slack.app.app_token)["url"].startswith("ws://127.0.0.1:")
    refused("not_allowed_token_type", "apps.connections.open")
    refused("not_allowed_token_type", "auth.test", by=WebClient(slack.app.app_token, base_url=slack.api_url))


def test_a_method_that_slack_does_not_have_is_refused(refused: Refused) -> None:
    refused("unknown_method", "customers.list")


def test_an_argument_that_the_method_does_not_have_is_refused(refused: Refused, sales: Channel) -> None:
    error = refused("invalid_arguments", "chat.postMessage", channel=sales.id, text="x", colour="red")
    assert error.response["response_metadata"]["messages"] == ["[ERROR] unsupported argument: colour"]


REQUIRED = sorted((name, one) for name, method in METHODS.items() for one in method.required)


@pytest.mark.parametrize(("method", "argument"), REQUIRED, ids=[f"{name}-{one}" for name, one in REQUIRED])
def test_a_required_argument_may_not_be_missing(slack: Slack, client: WebClient, method: str, argument: str) -> None:
    args = {one: "x" for one in METHODS[method].required if one != argument}
    with pytest.raises(SlackApiError) as raised:
        client.api_call(method, data=args)
    assert raised.value.response["error"] == "invalid_arguments"
    assert f"[ERROR] missing required field: {argument}" in raised.value.response["response_metadata"]["messages"]
    slack.expect_complaint("invalid_arguments", method)


SCOPED = sorted((name, method.scopes[0]) for name, method in METHODS.items() if method.scopes and method.token == "bot")


@pytest.mark.parametrize(("method", "scope"), SCOPED, ids=[name for name, _ in SCOPED])
def test_a_token_without_the_scope_is_refused(slack: Slack, client: WebClient, method: str, scope: str) -> None:
    slack.app.bot_scopes.remove(scope)
    with pytest.raises(SlackApiError) as raised:
        client.api_call(method, data=dict.fromkeys(METHODS[method].required, "x"))
    answer = raised.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")
    slack.expect_complaint("missing_scope", method)


@pytest.mark.parametrize(
    ("kind", "scope"), [("public", "channels"), ("private", "groups"), ("im", "im"), ("mpim", "mpim")]
)
def test_each_kind_of_conversation_has_scopes_of_its_own(
    slack: Slack, client: WebClient, anna: Person, kind: str, scope: str
) -> None:
    place = {
        "public": slack.channel("open"),
        "private": slack.channel("closed", private=True),
        "im": anna.dm,
        "mpim": slack.group_dm([anna]),
    }[kind]
    assert client.conversations_info(channel=place.id)["ok"]
    assert client.conversations_history(channel=place.id)["ok"]
    slack.app.bot_scopes -= {f"{scope}:read", f"{scope}:history"}
    for method in ("conversations.info", "conversations.members", "conversations.history"):
        with pytest.raises(SlackApiError, match="missing_scope"):
            client.api_call(method, data={"channel": place.id})
        slack.complaints.allow(method, "missing_scope")


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"channel=C1", "application/xml", "invalid_post_type"),
        (b"channel[]=C1", FORM, "invalid_array_arg"),
        (b"channel", FORM, "invalid_form_data"),
        (b"nothing", "multipart/form-data; boundary=x", "invalid_form_data"),
    ],
)
def test_a_malformed_body_is_refused(slack: Slack, body: bytes, content_type: str, error: str) -> None:
    assert post(slack, "chat.postMessage", body, content_type)["error"] == error
    slack.expect_complaint(error)


def test_a_multipart_body_is_read(slack: Slack, sales: Channel) -> None:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in
             (("channel", sales.id), ("text", "Grüße"))]  # fmt: skip
    body = ("".join(parts) + "--x--\r\n").encode()
    assert post(slack, "chat.postMessage", body, "multipart/form-data; boundary=x")["ok"]
    assert slack.messages(sales)[0].text == "Grüße"


def test_a_method_that_takes_no_json_does_not_see_it(refused: Refused, anna: Person) -> None:
    refused("invalid_arguments", "users.info", user=anna.id)


def test_api_test_gives_back_what_it_got(slack: Slack, client: WebClient, refused: Refused) -> None:
    assert client.api_test(foo="bar")["args"] == {"foo": "bar"}
    refused("my_error", "api.test", error="my_error")


# --- users and teams --------------------------------------------------------------------------------------------------


def test_users_are_as_slack_describes_them(slack: Slack, client: WebClient) -> None:
    anna = slack.member("Anna", is_admin=True, zone="Europe/Paris", zone_offset_seconds=3600, locale="fr-FR")
    guest = slack.guest("Gina", one_channel=True)
    gone = slack.member("Lea", deleted=True)
    user = client.users_info(user=anna.id, include_locale=True)["user"]
    assert (user["tz"], user["tz_offset"], user["locale"], user["is_admin"]) == ("Europe/Paris", 3600, "fr-FR", True)
    assert user["profile"]["email"] == "anna@example.com"
    assert "locale" not in client.users_info(user=anna.id)["user"]
    other = client.users_info(user=guest.id)["user"]
    assert (other["is_restricted"], other["is_ultra_restricted"]) == (True, True)
    assert client.users_info(user=gone.id)["user"]["deleted"]


def test_without_the_scope_for_it_no_email_is_given(slack: Slack, client: WebClient, anna: Person) -> None:
    slack.app.bot_scopes.remove("users:read.email")
    assert "email" not in client.users_info(user=anna.id)["user"]["profile"]


def test_a_user_of_another_team_is_a_stranger_until_both_are_in_a_channel(slack: Slack, client: WebClient) -> None:
    otto = slack.stranger("Otto", "Globex")
    user = client.users_info(user=otto.id)["user"]
    assert user["team_id"] != slack.app.team.id
    assert user["is_stranger"]
    assert "email" not in user["profile"]
    slack.channel("shared", [otto], shared="external")
    assert not client.users_info(user=otto.id)["user"]["is_stranger"]
    assert client.team_info(team=otto.user.team.id)["team"]["name"] == "Globex"


def test_nobody_is_found_where_nobody_is(slack: Slack, client: WebClient, anna: Person) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        client.users_info(user="U0")
    slack.expect_complaint("user_not_found", "users.info")
    assert client.users_lookupByEmail(email="ANNA@example.com")["user"]["id"] == anna.id
    with pytest.raises(SlackApiError, match="users_not_found"):
        client.users_lookupByEmail(email="nobody@example.com")
    assert not len(slack.complaints), "an app cannot know beforehand that an address is nobody's"


def test_a_list_comes_in_pages_that_may_be_shorter_than_asked(slack: Slack, client: WebClient) -> None:
    everybody = {slack.bot.id} | {slack.member(f"Rep {n}").id for n in range(7)}
    assert {user["id"] for user in client.users_list()["members"]} == everybody
    slack.page_size = 3
    pages = [[user["id"] for user in page["members"]] for page in client.users_list(limit=5)]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert set().union(*pages) == everybody


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "dXNlcnMuaW5mbzow"}, "invalid_cursor"),
        ({"limit": "0"}, "invalid_limit"),
        ({"limit": "1001"}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
    ],
)
def test_a_wrong_page_is_refused(slack: Slack, client: WebClient, args: dict[str, str], error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        client.api_call("users.list", data=args)
    slack.expect_complaint(error, "users.list")


def test_team_and_bot_say_who_they_are(slack: Slack, client: WebClient) -> None:
    assert client.team_info()["team"]["id"] == slack.app.team.id
    assert client.bots_info(bot=slack.app.bot_id)["bot"]["user_id"] == slack.bot.id
    for method, args, error in (
        ("team.info", {"team": "T0"}, "team_not_found"),
        ("bots.info", {"bot": "B0"}, "bot_not_found"),
    ):
        with pytest.raises(SlackApiError, match=error):
            client.api_call(method, data=args)
        slack.expect_complaint(error, method)
