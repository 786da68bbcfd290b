"""A search for settings through the app's queue and workers, against the usual script: Optuna around `model.fit`.

    python benchmarks/search.py [--seeds 3] [--trials 20]

Both sides try 20 settings of small dense networks (learning rate, batch size, units) for one epoch on 10,000 digits, in
turn and each in a new process. The app's side counts from the press of Search until the search is over, with two
workers that are running; the other side from loaded arrays. The last line is a JSON object; `ratio` says how many times
faster DigitLab is, `seconds` is the median of each side, `accuracy` the best validation accuracy on average.
"""

import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from _sides import Result, compare, conclude, parser

from digitlab.networks.config import TrainingConfig
from digitlab.networks.search_parameters import Varied
from digitlab.networks.search_space import SearchSpace

_VARIED = (
    Varied(name="learning_rate", values=(0.0003, 0.03)),
    Varied(name="batch_size", values=(32, 256)),
    Varied(name="units", values=(32, 256)),
)


def space(seed: int) -> SearchSpace:
    """Return what both sides search in."""
    return SearchSpace(base=TrainingConfig(seed=seed), varied=_VARIED, max_trials=options.trials)


def app(seed: int) -> Result:
    """Search as the page does."""
    from digitlab.lab import Lab
    from digitlab.runs.records.people import OPERATOR
    from digitlab.runs.records.search import TrialState, best_trial
    from digitlab.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(data=data, models=data / "models", database_url=f"sqlite:///{data}/lab.db", workers=2)
        with Lab(settings) as lab:
            lab.open()
            lab.wait_until_open()
            warm = lab.searches.start(dataclasses.replace(space(seed), max_trials=2), "", OPERATOR).number
            _wait(lambda: lab.searches.get(warm).state.is_over())
            started = time.monotonic()
            number = lab.searches.start(space(seed), "", OPERATOR).number
            _wait(lambda: lab.searches.get(number).state.is_over())
            seconds, trials = time.monotonic() - started, lab.searches.trials(number)
    best = best_trial(trials)
    if best is None or [trial.state for trial in trials] != [TrialState.FINISHED] * options.trials:
        sys.exit("not all trials were finished")
    return {"seconds": seconds, "accuracy": best.accuracies[-1]}


def script(seed: int) -> Result:
    """Search as tutorials of Optuna do: one trial after the other, each by `model.fit`."""
    import keras
    import optuna

    from digitlab.data import mnist

    digits, wanted = mnist.load(), space(seed)
    images, labels = digits.x_train[: wanted.training_digits] / 255.0, digits.y_train[: wanted.training_digits]
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    started = time.monotonic()

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("learning_rate", 0.0003, 0.03, log=True)
        size = trial.suggest_categorical("batch_size", [32, 64, 128, 256])
        units = trial.suggest_categorical("units", [32, 64, 128, 256])
        model = keras.Sequential(
            [
                keras.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.Dense(units, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(images, labels, batch_size=size, epochs=1, validation_split=0.2, verbose=0)
        return float(history.history["val_accuracy"][-1])

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=options.trials)
    return {"seconds": time.monotonic() - started, "accuracy": study.best_value}


def _wait(is_over: Callable[[], bool]) -> None:
    while not is_over():
        time.sleep(0.1)


if __name__ == "__main__":
    arguments = parser(__doc__, seeds=3)
    arguments.add_argument("--trials", type=int, default=20)
    options = arguments.parse_args()
    conclude(compare(options, {"script": script, "app": app}), "script", "app")
