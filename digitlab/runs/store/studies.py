"""Optuna's studies in the lab's own database: they suggest the values of trials, and say which trials to stop early.

The only module that imports Optuna, and only when it is first needed: that takes half a second.
"""

import threading
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from digitlab.errors import DatabaseUnavailable, SearchIsActive
from digitlab.networks.search_parameters import Scale, Varied
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.records.search import Search, Trial, TrialState
from digitlab.runs.store.database import Database
from digitlab.translation import Text

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

_RANDOM_SHARE = 0.4  # share of the trials, at the beginning, whose values are random
_MAX_RANDOM = 10  # trials with random values, at most
_JUDGED_FROM = 4  # finished trials: from here on, their median judges the others
_BEST = 5  # trials at least are compared with all others; a tenth of many, half of few
_MIN_EXPLAINED = 4  # finished trials, of which the importance of settings is computed


class Studies:
    """One study for each search: a sampler (TPE), a pruner (median), and what they were told. Thread-safe.

    J. Bergstra et al., "Algorithms for hyper-parameter optimization" (2011). T. Akiba et al., "Optuna: a
    next-generation hyperparameter optimization framework" (2019).

    Optuna's tables lie in the lab's database, and have connections of their own. Each trial is seeded by the search and
    its own number, so a process that goes on with a search suggests what the one before would have.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.runs.records.search import SearchState
        >>> database = Database("sqlite:///lab.db")
        >>> studies = Studies(database)
        >>> space = SearchSpace(base=TrainingConfig(), varied=(Varied(name="units", values=(32, 128)),))
        >>> search = Search(number=1, title="A", space=space, state=SearchState.RUNNING, created=0.0)
        >>> number, values = studies.next_trial(search, begun=())
        >>> number, 32 <= values["units"] <= 128
        (0, True)
        >>> studies.close(), database.close()
        (None, None)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._storage: optuna.storages.RDBStorage | None = None
        self._opened: dict[int, optuna.Study] = {}
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close all connections."""
        if self._storage is not None:
            self._storage.engine.dispose()

    def next_trial(self, search: Search, begun: Collection[int]) -> tuple[int, dict[str, Any]]:
        """Return the number of the next trial of a search, and the values to try.

        Args:
            search: The search.
            begun: The numbers of the trials that have a run. One that was suggested, in full or in part, to a process
                that then ended, and has no run, comes next.
        """
        import optuna

        with self._connected():
            study = self._study(search)
            known = study.get_trials(deepcopy=False)
            is_lost = (trial.number for trial in known if not trial.state.is_finished() and trial.number not in begun)
            lost = next(is_lost, None)
            study.sampler = _sampler(search.space, len(known) if lost is None else lost)
            trial = study.ask() if lost is None else optuna.trial.Trial(study, self._key(study, lost))
            return trial.number, {varied.name: _suggest(trial, varied) for varied in search.space.varied}

    def is_unpromising(self, search: Search, trial: Trial) -> bool:
        """Report a trial's validation accuracies; return whether it is worse than the median of the finished ones."""
        with self._connected():
            study = self._study(search)
            key = self._report(study, trial)
            return study.pruner.prune(study, self._opened_storage().get_trial(key))

    def tell(self, search: Search, trial: Trial, outcome: TrialState) -> None:
        """Report how a trial ended. Optuna keeps the first report of each trial."""
        from optuna.trial import TrialState as Told

        states = {TrialState.FINISHED: Told.COMPLETE, TrialState.PRUNED: Told.PRUNED, TrialState.FAILED: Told.FAIL}
        value = trial.accuracy if outcome is TrialState.FINISHED else None
        with self._connected():
            study = self._study(search)
            if not study.get_trials(deepcopy=False)[trial.number].state.is_finished():
                self._report(study, trial)
            study.tell(trial.number, value, states[outcome], skip_if_finished=True)

    def forget(self, search: Search) -> None:
        """Close the study of a search that is over."""
        with self._lock:
            self._opened.pop(search.number, None)

    def delete(self, search: Search) -> None:
        """Delete the study of a search, if it has one."""
        import optuna

        self.forget(search)
        with self._connected():
            if _name(search) in optuna.get_all_study_names(self._opened_storage()):
                optuna.delete_study(study_name=_name(search), storage=self._opened_storage())

    def _report(self, study: "optuna.Study", trial: Trial) -> int:
        """Report a trial's accuracies, again or for the first time; return Optuna's key of it."""
        storage, key = self._opened_storage(), self._key(study, trial.number)
        known = storage.get_trial(key).intermediate_values
        for epoch, accuracy in enumerate(trial.accuracies, start=1):
            if known.get(epoch) != accuracy:
                storage.set_trial_intermediate_value(key, epoch, accuracy)
        return key

    def _key(self, study: "optuna.Study", number: int) -> int:
        """Return Optuna's key of a trial."""
        storage = self._opened_storage()
        return storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(study.study_name), number)

    def _study(self, search: Search) -> "optuna.Study":
        import optuna

        if search.number not in self._opened:
            self._opened[search.number] = optuna.create_study(
                study_name=_name(search),
                storage=self._opened_storage(),
                direction="maximize",
                sampler=_sampler(search.space, 0),
                pruner=optuna.pruners.MedianPruner(n_startup_trials=_JUDGED_FROM),
                load_if_exists=True,
            )
        return self._opened[search.number]

    def _opened_storage(self) -> "optuna.storages.RDBStorage":
        if self._storage is None:
            import optuna

            optuna.logging.set_verbosity(optuna.logging.WARNING)  # else it writes a line for each study
            url = self._database.engine.url.render_as_string(hide_password=False)
            url = url.replace("{", "{{").replace("}", "}}")  # Optuna fills in its version
            # Connections as the lab's, but not from its pool: Optuna's engine adds listeners to the pool that it is
            # given, and a thread that connects meanwhile would fail.
            pool = self._database.engine.pool.recreate()
            with ExitStack() as stack:
                stack.callback(pool.dispose)  # unless all goes well
                try:
                    self._storage = optuna.storages.RDBStorage(url, engine_kwargs={"pool": pool})
                except RuntimeError as error:  # its tables are of another version
                    raise DatabaseUnavailable(
                        Text("Optuna cannot use its tables in the database. {reason}", reason=str(error))
                    ) from error
                stack.pop_all()
        return self._storage

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """Turn Optuna's errors within the block into the lab's."""
        from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError

        with self._lock, self._database.lab_errors():
            try:
                yield
            except StorageInternalError as error:
                raise error.__cause__ or error from None  # the database's own
            except UpdateFinishedTrialError as error:
                raise SearchIsActive(Text("Another process goes on with this search.")) from error


def importance(space: SearchSpace, trials: Sequence[Trial]) -> dict[str, float]:
    """Return how much each setting mattered for being among the best trials, as shares of 1, the largest first.

    By PED-ANOVA (S. Watanabe et al., "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
    subspaces", 2023): Optuna's fANOVA would need scikit-learn. Empty with fewer than 4 finished trials, and where all
    are equally good.
    """
    import optuna

    finished = [trial for trial in trials if trial.state is TrialState.FINISHED]
    if len(finished) < _MIN_EXPLAINED or len({trial.accuracy for trial in finished}) == 1:
        return {}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    distributions = {varied.name: _distribution(varied) for varied in space.varied}
    study.add_trials(
        optuna.trial.create_trial(
            params={varied.name: _param(varied, trial.values[varied.name]) for varied in space.varied},
            distributions=distributions,
            value=trial.accuracy,
        )
        for trial in finished
    )
    share = min(max(0.1, _BEST / len(finished)), 0.5)
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=share)
    return optuna.importance.get_param_importances(study, evaluator=evaluator)


def _name(search: Search) -> str:
    return f"digitlab-search-{search.number}-{int(search.created * 1000):x}"


def _sampler(space: SearchSpace, trial: int) -> "optuna.samplers.TPESampler":
    from optuna.samplers import TPESampler

    random = min(_MAX_RANDOM, max(2, round(_RANDOM_SHARE * space.max_trials)))
    return TPESampler(n_startup_trials=random, seed=zlib.crc32(f"{space.base.seed} {trial}".encode()))


def _distribution(varied: Varied) -> "BaseDistribution":
    """Return what Optuna draws: of whole numbers, the place among the steps."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match varied.parameter.scale:
        case Scale.CHOICE:
            return CategoricalDistribution(varied.values)
        case Scale.COUNT | Scale.DOUBLED:
            return IntDistribution(0, len(varied.parameter.steps(varied.values)) - 1)
    low, high = varied.values
    return FloatDistribution(low, high, log=varied.parameter.scale is Scale.LOG)


def _suggest(trial: "optuna.Trial", varied: Varied) -> Any:
    """Return the value that Optuna suggests, or has suggested."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    parameter, name = varied.parameter, varied.name
    match _distribution(varied):
        case CategoricalDistribution(choices=choices):
            return trial.suggest_categorical(name, choices)
        case IntDistribution(low=low, high=high):
            return parameter.steps(varied.values)[trial.suggest_int(name, low, high)]
        case FloatDistribution(low=low, high=high, log=log):
            return parameter.rounded(trial.suggest_float(name, low, high, log=log))


def _param(varied: Varied, value: Any) -> Any:
    """Return a value as Optuna drew it; a number that was rounded beyond an end is the end."""
    parameter = varied.parameter
    if parameter.scale in (Scale.COUNT, Scale.DOUBLED):
        return parameter.steps(varied.values).index(value)
    return value if parameter.scale is Scale.CHOICE else min(max(value, varied.values[0]), varied.values[1])
