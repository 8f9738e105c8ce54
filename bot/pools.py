"""The threads of the bot, apart by what they may wait for, so that no kind of waiting stops another kind of work."""

from concurrent.futures import ThreadPoolExecutor

RECEIVERS_MOST = 4
OPENERS_MOST = 8
WORKERS_MOST = 12
PATIENT_MOST = 4


class Pools:
    """`receivers` note what Slack may deliver twice, and wait for the database; `openers` open dialogues; `workers` run
    commands; `patient` ones wait as long as Slack asks them to.
    """

    def __init__(self) -> None:
        self.receivers = ThreadPoolExecutor(RECEIVERS_MOST, "receiver")
        self.openers = ThreadPoolExecutor(OPENERS_MOST, "opener")
        self.workers = ThreadPoolExecutor(WORKERS_MOST, "worker")
        self.patient = ThreadPoolExecutor(PATIENT_MOST, "patient")

    def finish(self) -> None:
        """Finish what was begun. Each hands on only to those after it, so that nothing is handed to who has left."""
        for pool in (self.receivers, self.openers, self.workers, self.patient):
            pool.shutdown()
