"""What the tests that train share."""

from collections.abc import Iterator

import pytest

from digitlab.worker import model_pool

_POOLED = 20  # networks; compiling one takes longer than most of these tests


@pytest.fixture(scope="session", autouse=True)
def _pool() -> Iterator[None]:
    """Keep more compiled networks than a worker does: tests with equal settings compile one once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_pool, "_MAX_POOLED", _POOLED)
        yield
