"""Learning rates, found for people by range tests: in the background, one after the other."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from digitlab import logs
from digitlab.errors import DigitLabError, LimitReached, NotAllowed
from digitlab.networks.config import TrainingConfig
from digitlab.networks.range_test import Ending, RangeTest, range_test_config
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import Ask
from digitlab.runs.records.people import Person
from digitlab.translation import Text, message_of

_EXPECTED = 8.0  # seconds of a test
_MAX_WAITING = 10  # tests; beyond that nobody waits for the last one
_MAX_KEPT = 50  # results
_PATIENCE = 150.0  # seconds that a test waits for the others: longer than a worker is waited for
_MANY = Text("Many people are looking for a learning rate. Try again in a minute.")
_UNEXPECTED = Text("An unexpected error ended the search for a learning rate. The log has the details.")


@dataclass(frozen=True, slots=True)
class RangeTestProgress:
    """The progress of a range test.

    Attributes:
        share: About how much is done, 0 to 1.
        is_waiting: Whether another test comes first.
        error_message: Why it failed, in a sentence; empty if it did not.

    Example:
        >>> RangeTestProgress(is_waiting=True).share
        0
    """

    share: float = 0
    is_waiting: bool = False
    error_message: str = ""


class RateFinder:
    """Range tests of all people, at most one of each at a time. Thread-safe.

    The same settings are tested once, and one test runs at a time.

    Example:
        >>> finder = RateFinder(lambda question, *values: question)
        >>> finder.start(TrainingConfig(), Person(id=""))
        Traceback (most recent call last):
        digitlab.errors.NotAllowed: Anonymous visitors cannot train networks. Log in, then train.
        >>> finder.get(TrainingConfig()) is None
        True
    """

    def __init__(self, ask: Ask) -> None:
        """Take a function that asks workers."""
        self._ask = ask
        self._states: OrderedDict[TrainingConfig, RangeTest | RangeTestProgress] = OrderedDict()
        self._began: dict[TrainingConfig, float] = {}
        self._askers: dict[TrainingConfig, str] = {}  # ids, of what is pending
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._is_over = threading.Event()

    def start(self, config: TrainingConfig, person: Person) -> None:
        """Test the settings of a training, unless that was done or is being done; again if it failed or took too long.

        Raises:
            NotAllowed: The person has not logged in.
            LimitReached: Another test of theirs is under way, or too many others wait.
        """
        if not person.may_train:
            logs.log("permission denied", person=person.id, action="find a learning rate")
            raise NotAllowed(Text("Anonymous visitors cannot train networks. Log in, then train."))
        tested = range_test_config(config)
        with self._lock:
            if tested in self._states and not _may_be_repeated(self._states[tested]):
                return
            if person.id in self._askers.values():
                raise LimitReached(
                    Text("Your search for a learning rate with other settings is still under way. Try again after it.")
                )
            if len(self._askers) >= _MAX_WAITING:
                raise LimitReached(_MANY)
            self._states[tested] = RangeTestProgress(is_waiting=True)
            self._askers[tested] = person.id
            self._states.move_to_end(tested)
            self._forget_oldest()
        threading.Thread(target=self._test, args=(tested,), name="range test", daemon=True).start()

    def get(self, config: TrainingConfig) -> RangeTest | RangeTestProgress | None:
        """Return the test of such settings, or its progress, without waiting; None if it was never started."""
        tested = range_test_config(config)
        with self._lock:
            state, began = self._states.get(tested), self._began.get(tested)
        if began is None:
            return state
        return RangeTestProgress(min((time.monotonic() - began) / _EXPECTED, 0.95))

    def close(self) -> None:
        """Start no more tests."""
        self._is_over.set()

    def _test(self, tested: TrainingConfig) -> None:
        state: RangeTest | RangeTestProgress = RangeTestProgress(error_message=_UNEXPECTED)
        try:
            state = self._result(tested)
        except DigitLabError as error:
            state = RangeTestProgress(error_message=message_of(error))
        finally:
            with self._lock:
                self._began.pop(tested, None)
                self._askers.pop(tested, None)
                self._states[tested] = state

    def _result(self, tested: TrainingConfig) -> RangeTest:
        """Wait for the tests before this one, then for its result; not for ever, should one of them hang."""
        if not self._turn.acquire(timeout=_PATIENCE):
            raise LimitReached(_MANY)
        try:
            if self._is_over.is_set():
                raise LimitReached(_MANY)
            with self._lock:
                self._began[tested] = time.monotonic()
            return self._ask(jobs.find_learning_rate_aside, tested)
        finally:
            self._turn.release()

    def _forget_oldest(self) -> None:
        """Forget what was tested first, once there is much, but nothing that still waits."""
        over = [tested for tested, state in self._states.items() if not _is_pending(state)]
        for tested in over[: max(len(self._states) - _MAX_KEPT, 0)]:
            del self._states[tested]


def _is_pending(state: RangeTest | RangeTestProgress) -> bool:
    return isinstance(state, RangeTestProgress) and not state.error_message


def _may_be_repeated(state: RangeTest | RangeTestProgress) -> bool:
    if isinstance(state, RangeTest):
        return state.ending is Ending.OUT_OF_TIME
    return bool(state.error_message)
