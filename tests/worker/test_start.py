"""What a process of a worker has done once it has Keras."""

import gc

import digitlab.worker  # noqa: F401


def test_keras_is_excluded_from_garbage_collection() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 200_000
