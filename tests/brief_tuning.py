"""Fine-tunings that see few pictures."""

import pytest


def tune_briefly(patch: pytest.MonkeyPatch) -> None:
    """Have tunings see a fiftieth of their pictures: enough for all that does not hang on how well they go."""
    patch.setattr("digitlab.worker.fine_tuning._MAX_PICTURES", 6_000)
