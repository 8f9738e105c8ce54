"""The modals that lie open before each person, one upon another, and their Home tabs."""

import json

from tests.slack.content import with_ids
from tests.slack.filling import starting_state
from tests.slack.refusal import Refusal
from tests.slack.triggers import Trigger
from tests.slack.world import Json, User, View, World

# docs.slack.dev/reference/methods/views.push: "Currently the limit is 3."
STACK = 3


class Modals:
    """The stack of modals before each person, and their Home tabs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def all(self) -> list[View]:
        """The views that can still be updated."""
        return [one for one in self._world.views.values() if one.is_open] + list(self._world.homes.values())

    def open(self, user: User, body: Json, trigger: Trigger) -> View:
        """A new root modal; whatever lay open before the person is closed by it."""
        with self._world.changing():
            self._world.close_views(self._world.stack_of(user.id))
            return self._add(user, body, trigger.id, None, trigger.channel_id)

    def push(self, below: View, body: Json, trigger_id: str | None) -> View:
        """A modal on top of another of the same person. Errors: push_limit_reached."""
        with self._world.changing():
            if len(self._world.stack_of(below.user.id)) >= STACK:
                raise Refusal("push_limit_reached")
            return self._add(below.user, body, trigger_id, below)

    def publish(self, user: User, body: Json) -> View:
        """The Home tab of a person, made or replaced."""
        with self._world.changing():
            home = self._world.homes.get(user.id)
            if home is None:
                home = self._world.homes[user.id] = self._add(user, body, None, None)
                del self._world.views[home.id]
            else:
                self.change(home, body)
            return home

    def change(self, view: View, body: Json) -> None:
        """New content; what the person has filled in stays where block_id and action_id stay the same."""
        with self._world.changing() as tick:
            view.body = self._complete(body)
            view.hash = self._hash()
            view.state = kept_state(view)
            view.changed_at = tick

    def _add(
        self, user: User, body: Json, trigger_id: str | None, below: View | None, channel_id: str | None = None
    ) -> View:
        name = self._world.new_id("V")
        view = View(name, user, self._complete(body), self._hash(), below.root_id if below else name)
        view.previous_id = below.id if below else None
        view.trigger_id, view.changed_at = trigger_id, self._world.tick
        view.channel_id = below.channel_id if below else channel_id
        view.state = kept_state(view)
        self._world.views[name] = view
        return view

    def _complete(self, body: Json) -> Json:
        return {**json.loads(json.dumps(body)), "blocks": with_ids(body["blocks"], self._world.new_id)}

    def _hash(self) -> str:
        return f"{self._world.new_ts()}.{self._world.new_id('h')}"


def kept_state(view: View) -> dict[str, dict[str, Json]]:
    """What stands in the fields of a view: what was filled in already, else what each element starts with."""
    state = starting_state(view.body["blocks"], view.channel_id)
    for block_id, values in state.items():
        for action_id, value in values.items():
            filled = view.state.get(block_id, {}).get(action_id)
            if filled is not None and filled["type"] == value["type"]:
                values[action_id] = filled
    return state
