"""The threads of the bot, apart by what they may wait for, so that no kind of waiting stops another kind of work."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bot.answer import Unanswered
from bot.log import Log

RECEIVERS_MOST = 4
OPENERS_MOST = 8
WORKERS_MOST = 12
PATIENT_MOST = 4


class Pools:
    """`receivers` note what Slack may deliver twice, and wait for the database; `openers` open dialogues; `workers` run
    commands; `patient` ones wait as long as Slack asks them to.
    """

    def __init__(self, log: Log) -> None:
        self.receivers = _Noting(RECEIVERS_MOST, "receiver", log)
        self.openers = _Noting(OPENERS_MOST, "opener", log)
        self.workers = _Noting(WORKERS_MOST, "worker", log)
        self.patient = _Noting(PATIENT_MOST, "patient", log)

    def finish(self) -> None:
        """Finish what was begun. Each hands on only to those after it, so that nothing is handed to who has left."""
        for pool in (self.receivers, self.openers, self.workers, self.patient):
            pool.shutdown()


class _Noting(ThreadPoolExecutor):
    """Threads of which no error vanishes: what nobody has caught stands in the log, as nobody asks for the result."""

    def __init__(self, most: int, name: str, log: Log) -> None:
        super().__init__(most, name)
        self.name = name
        self.log = log

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(work, *args, **kwargs)
        future.add_done_callback(self._note)
        return future

    def _note(self, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, Unanswered):
            self.log.failure(error, thread=self.name)
