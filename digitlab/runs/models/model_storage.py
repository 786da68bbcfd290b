"""Opens the storage of people's networks, checkpoints and snapshots."""

from digitlab.settings import Settings
from digitlab.storage.address import open_storage
from digitlab.storage.fallback import FallbackStorage
from digitlab.storage.storage import Storage


def open_models(settings: Settings, *folders: str) -> Storage:
    """Return the storage at `settings.models`, or in a subfolder.

    Version 0.1.0 kept these files beside the ready-made networks by default. What is still there is found there, and
    stays there: see `FallbackStorage`.
    """
    storage = open_storage(settings.models, *folders)
    older = settings.older_models
    return FallbackStorage(storage, open_storage(older, *folders)) if older else storage
