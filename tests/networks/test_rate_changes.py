import dataclasses
import math
import shlex

import pytest

from digitlab.cli.parser import parser
from digitlab.cli.setting_options import config_from
from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig, fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.metrics import PartialMetrics, Progress, batch_losses
from digitlab.networks.range_test import range_test_config
from digitlab.networks.rate_changes import MAX_CHANGES, RateChange, from_text
from digitlab.networks.training_command import as_command
from digitlab.runs.records.settings_link import as_file, as_link, from_file, from_link

CHANGES = (RateChange(batch=0, rate=0.1 + 0.2), RateChange(batch=1500, rate=1e-5))
STEERED = TrainingConfig(epochs=3, learning_rate_changes=CHANGES)


def test_changes_are_part_of_records_links_and_commands():
    assert TrainingConfig.from_dict(STEERED.as_dict()) == STEERED
    assert from_link(as_link(STEERED)) == STEERED
    assert from_file(as_file(STEERED)) == STEERED
    words = shlex.split(as_command(STEERED))
    assert config_from(parser().parse_args(words[words.index("train") :])) == STEERED
    assert "learning_rate_changes" not in TrainingConfig().as_dict() | TrainingConfig().changes()


def test_other_trainings_do_not_inherit_them():
    tuned = fine_tuning_config(STEERED, FineTuning(base="x", learned=(1,)))
    assert (tuned.learning_rate_changes, range_test_config(STEERED).learning_rate_changes) == ((), ())


def test_the_chosen_rate_is_that_of_the_last_change():
    steered = TrainingConfig(learning_rate_changes=(RateChange(batch=5, rate=0.5), RateChange(batch=9, rate=0.9)))
    assert [steered.chosen_rate(batch) for batch in (4, 5, 8, 9, 99)] == [None, 0.5, 0.5, 0.9, 0.9]
    assert (steered.last_rate, TrainingConfig().last_rate) == (0.9, 0.001)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((RateChange(batch=3, rate=math.nan),), "learning rate is nan"),
        ((RateChange(batch=3, rate=1001.0),), "learning rate is 1001.0"),
        ((RateChange(batch=3, rate="1"),), "learning rate is '1'"),
        ((RateChange(batch=3, rate=1.0), RateChange(batch=3, rate=2.0)), "not in the order"),
        (tuple(RateChange(batch=n, rate=1.0) for n in range(MAX_CHANGES + 1)), "changes 101 times"),
        ([RateChange(batch=3, rate=1.0)], "Give a tuple"),
    ],
)
def test_changes_that_are_not_allowed_are_refused(changes, message):
    with pytest.raises(InvalidSetting, match=message):
        dataclasses.replace(STEERED, learning_rate_changes=changes)


@pytest.mark.parametrize("values", ["abc", [3], [{"batch": 3}], [{"batch": 3, "rate": 1.0, "more": 1}], {"batch": 1}])
def test_what_is_no_list_of_changes_is_refused(values):
    with pytest.raises(InvalidSetting, match="changes of the learning rate are"):
        TrainingConfig.from_dict({"learning_rate_changes": values})


@pytest.mark.parametrize("batch", [-1, 1.5, True, 10**10])
def test_a_batch_that_cannot_be_is_refused(batch):
    with pytest.raises(InvalidSetting, match="changes at batch"):
        RateChange(batch=batch, rate=0.1)


@pytest.mark.parametrize("text", ["1500", "1500:", ":0.1", "a:0.1", "5:0.1;6:0.2", "-5:0.1"])
def test_a_text_that_says_something_else_is_refused(text):
    with pytest.raises(InvalidSetting, match=r"cannot be read. Give batch:rate"):
        from_text(text)


def test_long_trainings_have_some_hundreds_of_points():
    def points(epoch):
        so_far = tuple(PartialMetrics(batch=50 * n, loss=1.0, accuracy=0.5) for n in range(1, 21))
        return batch_losses(Progress(epoch=epoch, batch=1000, batches=1000, so_far=so_far))

    assert sum(len(points(epoch)) for epoch in range(1, 501)) == 850
    assert [loss.batch for loss in points(11)] == [10_200, 10_400, 10_600, 10_800, 11_000]
    assert {loss.loss for loss in points(1) + points(11) + points(51)} == {1.0}
