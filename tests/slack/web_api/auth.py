"""auth.test, api.test, apps.connections.open, team.info, bots.info."""

from tests.slack import shapes
from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call, method
from tests.slack.world import Json


@method("api.test", "error foo", tier=4, token="none", takes_json=True)
def api_test(call: Call) -> Json:
    if call.text("error"):
        raise Refusal(call.text("error"), args=dict(call.args))
    return {"args": dict(call.args)}


@method("auth.test", tier="special", takes_json=True)
def auth_test(call: Call) -> Json:
    app = call.slack.app
    return {
        "url": f"https://{app.team.domain}.slack.com/",
        "team": app.team.name,
        "user": app.bot.handle,
        "team_id": app.team.id,
        "user_id": app.bot.id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", tier=1, token="app", scopes="connections:write", takes_json=True)
def connections_open(call: Call) -> Json:
    return {"url": call.slack.sockets.new_url()}


@method("team.info", "team domain", scopes="team:read")
def team_info(call: Call) -> Json:
    team = call.slack.world.teams.get(call.text("team", call.slack.app.team.id))
    if team is None or not (team is call.slack.app.team or call.slack.shares_a_channel_with_team(team.id)):
        raise Refusal("team_not_found")
    return {"team": shapes.team(team)}


@method("bots.info", "bot team_id", scopes="users:read")
def bots_info(call: Call) -> Json:
    app = call.slack.app
    if call.text("bot") != app.bot_id:
        raise Refusal("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.bot.real_name, "app_id": app.app_id, "user_id": app.bot.id}
    return {"bot": {**bot, "updated": 0, "icons": {}}}
