import numpy as np
import pytest

from digitlab.errors import SnapshotDamaged
from digitlab.networks import snapshots
from digitlab.networks.digit_map import principal_axes
from digitlab.networks.snapshots import Snapshot, has_snapshot

RNG = np.random.default_rng(1)


def snapshot(weights=(), answers=(1, 7, 7), first=3):
    hidden = RNG.standard_normal((20, 6)).astype(np.float32)
    axes = principal_axes(hidden, 2)
    return Snapshot(
        epoch=2,
        preset="tutorial",
        weights=list(weights),
        first=first,
        answers=np.array(answers, np.uint8),
        axes=axes,
        points=axes.project(hidden),
    )


def test_a_snapshot_keeps_three_digits_of_its_kernels():
    kernel, bias = RNG.standard_normal((784, 16)).astype(np.float32), RNG.standard_normal(16).astype(np.float32)
    original = snapshot([kernel, bias])
    again = snapshots.read(snapshots.write(original))
    assert (again.epoch, again.preset, again.first) == (2, "tutorial", 3)
    assert again.weights[0] == pytest.approx(kernel, rel=1e-3, abs=1e-6)
    assert (again.weights[1] == bias).all()
    assert (again.answers == original.answers).all()
    assert (again.points == original.points).all()
    assert again.first_weights.shape == (16, 28, 28)


def test_weights_too_large_for_half_precision_are_kept_whole():
    huge = np.full((2, 2), 1e9, np.float32)
    assert (snapshots.read(snapshots.write(snapshot([huge]))).weights[0] == huge).all()


@pytest.mark.parametrize("content", [b"", b"no archive", snapshots.write(snapshot([]))[:200]])
def test_what_is_no_snapshot_is_told(content):
    with pytest.raises(SnapshotDamaged, match="train it again"):
        snapshots.read(content)


def test_the_confusion_counts_true_digits_in_rows():
    labels = np.zeros(100, np.uint8)
    labels[3:6] = 1, 7, 1
    counts = snapshot().confusion(labels)
    assert (counts[1, 1], counts[7, 7], counts[1, 7], counts.sum()) == (1, 1, 1, 3)


@pytest.mark.parametrize("planned", [1, 2, 5, 16, 17, 40, 500])
def test_first_and_last_epochs_stay_and_at_most_twenty_one(planned):
    kept = [epoch for epoch in range(planned + 1) if has_snapshot(epoch, planned)]
    assert {0, 1, planned} <= set(kept)
    assert len(kept) <= 21
    assert planned > 16 or len(kept) == planned + 1


def test_maps_that_are_turned_and_mirrored_are_turned_back():
    last = RNG.standard_normal((50, 2)).astype(np.float32)
    angle = 2.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirrored = (last @ turn * [1, -1]).astype(np.float32)
    before = (mirrored @ turn).astype(np.float32)
    maps = [before, mirrored, last]
    for points, back in zip(maps, snapshots.alignments(maps), strict=True):
        assert points @ back == pytest.approx(last, abs=1e-4)
    assert snapshots.alignments([]) == []
