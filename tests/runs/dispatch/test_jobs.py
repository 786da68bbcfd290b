"""Questions as a worker answers them, asked in this process."""

import subprocess
import sys

import pytest

from digitlab.runs.dispatch import jobs


def test_each_question_reaches_the_network(settings, digits):
    image = digits.x_test[0]
    assert jobs.activations(settings, "tutorial", image).logits.argmax() == 7
    assert jobs.heat_maps(settings, "tutorial", image, 3).digit == 3
    assert jobs.pixel_evidence(settings, "tutorial", image).shape == (10, 28, 28)
    assert jobs.first_weights(settings, "tutorial").shape == (128, 28, 28)
    assert jobs.neuron(settings, "tutorial", image, "hidden", 2).inputs.shape == (784,)
    assert len(jobs.counterfactuals(settings, "tutorial", image)) == 9
    assert jobs.hidden(settings, "tutorial", digits.x_test[:3]).shape == (3, 128)
    axes = jobs.map_axes(settings, "tutorial", digits.x_test[:50], 2)
    assert jobs.map_points(settings, "tutorial", digits.x_test[:3], axes).shape == (3, 2)


def test_what_activates_filters_is_found(settings, digits):
    found = jobs.top_activations(settings, "convolutional", digits.x_train[:60], "convolution_2")
    assert found.indices.shape[1] == 12


@pytest.mark.parametrize("question", [jobs.activations, jobs.run_next, jobs.readings_by_epoch])
def test_questions_are_handed_over_by_name_without_keras(question):
    code = (
        "import sys\n"
        "from distributed.protocol.pickle import dumps\n"
        f"from digitlab.runs.dispatch.jobs import {question.__name__} as question\n"
        "assert len(dumps(question)) < 200\n"
        "assert not {'keras', 'tensorflow', 'digitlab.worker'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
