import json

import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.layers.kinds import Activation, Conv2D, Dense, Dropout, Flatten
from digitlab.networks.rate_changes import RateChange
from digitlab.networks.search_parameters import PARAMETERS, Scale, Varied
from digitlab.networks.search_space import SearchSpace, parameters_of

ALL = tuple(Varied(name=name, values=parameter.usual) for name, parameter in PARAMETERS.items())
UNITS = Varied(name="units", values=(32, 128))


def space(*varied, base=None, **limits):
    return SearchSpace(base=base or TrainingConfig(), varied=varied or ALL, **limits)


def test_a_space_comes_back_from_json():
    searched = space(base=TrainingConfig.from_preset("convolutional"), max_minutes=2.5)
    assert SearchSpace.from_dict(json.loads(json.dumps(searched.as_dict()))) == searched


def test_a_trial_is_short_and_the_best_is_trained_in_full():
    base = TrainingConfig.from_preset("handwriting", early_stopping=3)
    searched = space(Varied(name="learning_rate", values=(0.001, 0.1)), base=base, epochs=2, training_digits=5000)
    trial, full = searched.trial_config({"learning_rate": 0.02}), searched.full_config({"learning_rate": 0.02})
    assert (trial.epochs, trial.training_digits, trial.learning_rate, trial.layers) == (2, 5000, 0.02, None)
    assert (trial.written_digits, trial.averaging, trial.calibration, trial.early_stopping) == (0, False, False, None)
    assert full == TrainingConfig.from_preset("handwriting", early_stopping=3, learning_rate=0.02)


@pytest.mark.parametrize(
    ("values", "layers"),
    [
        ({"units": 64}, (Flatten(), Dense(units=64))),
        ({"units": 128}, None),  # the preset's own
        ({"hidden_layers": 2}, (Flatten(), Dense(units=128), Dense(units=128))),
        ({"dropout": 0.3}, (Flatten(), Dense(units=128), Dropout(rate=0.3))),
        ({"dropout": 0.0}, None),
        ({"units": 32, "hidden_layers": 2, "dropout": 0.1}, (Flatten(), *(Dense(units=32), Dropout(rate=0.1)) * 2)),
        ({"batch_size": 64}, None),
    ],
)
def test_width_number_and_dropout_make_a_stack(values, layers):
    assert space().full_config(values).layers == layers


def test_dropout_varies_in_a_network_of_other_layers():
    base = TrainingConfig.from_preset("convolutional")
    rates = [layer.rate for layer in space(base=base).full_config({"dropout": 0.2}).stack if isinstance(layer, Dropout)]
    assert rates == [0.2]
    own = TrainingConfig(layers=(Conv2D(filters=4), Flatten()))
    assert space(base=own).full_config({"dropout": 0.2}).stack == (*own.layers, Dropout(rate=0.2))
    assert space(base=own).full_config({"units": 32}).stack == (Flatten(), Dense(units=32))


@pytest.mark.parametrize(
    ("layers", "values", "found"),
    [
        (
            (Conv2D(filters=4), Flatten(), Dense(units=8, l2=0.01), Dense(units=16)),
            {"units": 32, "dropout": 0.1},
            (Conv2D(filters=4), Flatten(), Dense(units=32, l2=0.01), Dense(units=32), Dropout(rate=0.1)),
        ),
        ((Flatten(), Dense(units=8, activation="tanh"), Activation()), {"units": 64},
         (Flatten(), Dense(units=64, activation="tanh"), Activation())),
    ],
)  # fmt: skip
def test_what_varies_leaves_the_other_layers(layers, values, found):
    assert space(UNITS, base=TrainingConfig(layers=layers)).full_config(values).stack == found


@pytest.mark.parametrize(
    ("layers", "left_out"),
    [
        (None, set()),
        ((Flatten(), Dense(), Dropout()), set()),
        ((Conv2D(), Flatten(), Dense()), {"hidden_layers"}),
        ((Conv2D(), Flatten()), {"hidden_layers", "units"}),
    ],
)
def test_nothing_replaces_the_layers_of_a_designed_network(layers, left_out):
    names = {parameter.name for parameter in parameters_of(TrainingConfig(layers=layers))}
    assert PARAMETERS.keys() - names == left_out


def test_augmentation_varies_from_none_to_that_of_a_preset():
    base = TrainingConfig(augmentation=Augmentation(shift=5, shear=0.1))
    searched = space(base=base)
    assert searched.full_config({"augmentation": 0.0}).augmentation == Augmentation(shear=0.1)
    assert searched.full_config({"augmentation": 0.5}).augmentation == Augmentation(
        shift=1, rotation=5, scale=0.05, shear=0.1
    )
    assert searched.full_config({}).augmentation == base.augmentation


def test_the_usual_values_lie_within_the_bounds_of_training():
    for parameter in PARAMETERS.values():
        parameter.check(parameter.usual)
        assert (parameter.steps(parameter.usual) == []) == (parameter.scale in (Scale.EVEN, Scale.LOG))


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("nothing", (1, 2), "cannot vary 'nothing'. Choose among learning_rate"),
        ("learning_rate", (), "give the lowest and the highest value"),
        ("learning_rate", (0.1, 0.1), "must be above the lowest, 0.1. It is 0.1"),
        ("learning_rate", (0.0, 0.1), "learning rate is 0.0. Choose a number from 1e-09"),
        ("learning_rate", ("a", 0.1), "learning rate is 'a'"),
        ("batch_size", (32, 63), "must be at least 64. It is 63"),
        ("hidden_layers", (1, 200), "is 200. Choose a whole number from 1 to 8"),
        ("optimizer", ("adam",), "two or more different values"),
        ("optimizer", ("adam", "adam"), "two or more different values"),
        ("optimizer", ("adam", "newton"), "'newton'. Choose one of adam"),
        ("dropout", (0.1, float("nan")), "nan. Choose a number"),
    ],
)
def test_what_cannot_vary_is_refused_in_a_sentence(name, values, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        Varied(name=name, values=values)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"varied": ()}, "Nothing varies in this search"),
        ({"varied": (UNITS, UNITS)}, "varies twice"),
        ({"epochs": 0}, "epochs is 0"),
        ({"max_trials": 100_000}, "max trials is 100000"),
        ({"max_minutes": 0.0}, "max minutes is 0.0"),
        ({"training_digits": 1}, "training digits is 1"),
        ({"base": TrainingConfig(validation_split=0.0)}, "choose a validation split above 0"),
        ({"base": TrainingConfig(learning_rate_changes=(RateChange(batch=5, rate=0.1),))}, "learning rate was changed"),
        ({"base": TrainingConfig(tuning=FineTuning(base="tutorial", learned=(1,)))}, "fine-tuned"),
        (
            {"varied": (Varied(name="units", values=(8, 4096)), Varied(name="hidden_layers", values=(1, 8)))},
            "cannot be trained. Layer 2",
        ),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(given, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        SearchSpace(**{"base": TrainingConfig(), "varied": (UNITS,)} | given)
