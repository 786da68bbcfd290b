"""What can be tried beside each step, by the step's name."""

from collections.abc import Callable, Mapping

from digitlab.ui.learn import data_trials, distortion_trials, drawing_trials, network_trials, own_trials

TRIALS: Mapping[str, Callable[[], None]] = {
    "data": data_trials.data,
    "look": data_trials.look,
    "build": network_trials.build,
    "compile": network_trials.compile,
    "train": network_trials.train,
    "curves": network_trials.curves,
    "test": network_trials.test,
    "digit": drawing_trials.digit,
    "place": distortion_trials.place,
    "pen": distortion_trials.pen,
    "styles": drawing_trials.styles,
    "steps": drawing_trials.steps,
    "correct": drawing_trials.correct,
    "collect": own_trials.collect,
    "improve": own_trials.improve,
    "compare": own_trials.compare,
    "take": own_trials.take,
}
