"""The part of a run that fine-tunes a network to its owner's drawings."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from digitlab.data import mnist
from digitlab.data.labelled_digits import LabelledDigits
from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import Report
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.drawing import Drawing
from digitlab.translation import Text
from digitlab.worker import fine_tuning, keras_files
from digitlab.worker.training import Trained


def fine_tune_run(
    files: ModelFiles,
    config: TrainingConfig,
    drawings: Sequence[Drawing],
    digits: mnist.Mnist,
    *,
    report: Report,
    wanted: Callable[[], bool],
) -> Trained:
    """Fine-tune a network as its settings say, on those of the drawings that the settings name.

    It takes seconds, so there is no checkpoint: a run whose worker died starts over. The old network's thresholds stay:
    they were fitted on more digits, and the new probabilities are calibrated like the old ones.

    Raises:
        InvalidSetting: None of the drawings exists any more.
        ModelNotFound, ModelDamaged: The network to fine-tune cannot be opened.
        Diverged: The loss became NaN or infinite.
    """
    if config.tuning is None:
        raise InvalidSetting(Text("These settings fine-tune nothing. Name a network and drawings."))
    card = files.card(config.tuning.base)
    own = _digits([drawing for drawing in drawings if drawing.number in config.tuning.learned])
    cut = slice(config.fitted_digits), slice(config.fitted_digits, config.training_digits)
    fitted, validation = ((digits.x_train[part], digits.y_train[part]) for part in cut)
    model = keras_files.load(files.keras_file(card.name))
    tuned = fine_tuning.fine_tune(
        model, config, own, fitted, validation if len(validation[0]) else fitted, report=report, wanted=wanted
    )
    calibration = replace(card.calibration, temperature=card.calibration.temperature * tuned.temperature_ratio)
    return Trained(tuned.model, tuned.epochs, tuned.seconds, tuned.was_stopped, calibration)


def _digits(drawings: Sequence[Drawing]) -> LabelledDigits:
    if not drawings:
        raise InvalidSetting(
            Text("The drawings to learn from were deleted. Draw some digits, and improve the network again.")
        )
    return np.stack([d.image for d in drawings]), np.array([d.label for d in drawings], np.uint8)
