"""What the tests that train share."""

from collections.abc import Iterator

import pytest

from digitlab.worker import model_pool

_POOLED = 20  # networks; compiling one takes longer than most of these tests


@pytest.fixture(scope="session", autouse=True)
def max_pooled() -> Iterator[int]:
    """Keep more compiled networks than a worker does, so that equal settings are compiled once; gives the worker's."""
    usual = model_pool._MAX_POOLED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_pool, "_MAX_POOLED", _POOLED)
        yield usual
