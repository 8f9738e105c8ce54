"""The threads of the bot, apart by what they may wait for, so that no kind of waiting stops another kind of work."""

from concurrent.futures import ThreadPoolExecutor

LISTENERS_MOST = 32
RECEIVERS_MOST = 4
WORKERS_MOST = 12
PATIENT_MOST = 4


class Pools:
    """`listeners` acknowledge, and wait for a form within Slack's three seconds; `receivers` note what Slack may
    deliver twice, and wait for the database; `workers` run commands; `patient` ones wait as long as Slack asks them to.
    """

    def __init__(self) -> None:
        self.listeners = ThreadPoolExecutor(LISTENERS_MOST, "listener")
        self.receivers = ThreadPoolExecutor(RECEIVERS_MOST, "receiver")
        self.workers = ThreadPoolExecutor(WORKERS_MOST, "worker")
        self.patient = ThreadPoolExecutor(PATIENT_MOST, "patient")

    def finish(self) -> None:
        """Finish what was begun. Each hands on only to those after it, so that nothing is handed to who has left."""
        for pool in (self.listeners, self.receivers, self.workers, self.patient):
            pool.shutdown()
