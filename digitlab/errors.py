"""The errors that DigitLab shows to people.

DigitLabError
├── InvalidSetting          a value in a form, on the command line or in the environment is not allowed
├── DataError
│   ├── DataMissing         MNIST is missing and could not be downloaded
│   └── DataDamaged         the file is not MNIST
├── PictureUnreadable       a picture cannot be opened, or is too large
├── BundleRejected          a file of several digits is invalid or too large
├── ModelError
│   ├── ModelNotFound       there is no network of that name
│   ├── ModelDamaged        the file is not a network that reads digits
│   ├── ModelRejected       an uploaded network failed a check
│   └── ModelProtected      ready-made networks cannot be renamed or deleted
├── NotAllowed              it belongs to somebody else
├── LimitReached            a limit of this lab is reached
├── RunError
│   ├── RunNotFound         there is no run of that number
│   ├── RunIsOver           a run that has ended cannot change
│   ├── RunIsActive         a queued or running run cannot change in that way
│   ├── CheckpointDamaged   a checkpoint cannot be read
│   ├── SnapshotDamaged     a snapshot cannot be read
│   └── Diverged            the loss became infinite or NaN
├── SearchError
│   ├── SearchNotFound      there is no search of that number
│   ├── SearchIsActive      a search that goes on cannot be deleted
│   └── SearchIsOver        a search that has ended cannot change
├── DrawingNotFound         the person has no drawing of that number
├── StorageError
│   ├── StorageFull         there is no room for a network or a checkpoint
│   └── StorageUnavailable  the folder or address of networks cannot be reached, read or written
├── DatabaseUnavailable     the database cannot be reached
│   └── DatabaseFileLost    its file was deleted or replaced
├── BackupDamaged           a backup is damaged, or not one of DigitLab
├── BackupRefused           a backup cannot be made or restored here
├── OutputLost              the command line's output cannot be written
└── WorkersUnavailable      no worker process is available

Every message is made of whole sentences: what was found, what is allowed, what to do.
"""


class DigitLabError(Exception):
    """The root. Pages and command line show its message and continue.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> try:
        ...     TrainingConfig(epochs=0)
        ... except DigitLabError as error:
        ...     print(type(error).__name__)
        InvalidSetting
    """


class InvalidSetting(DigitLabError, ValueError):
    """A value in a form, on the command line or in the environment is not allowed."""


class DataError(DigitLabError):
    """A problem with the data set."""


class DataMissing(DataError):
    """MNIST is missing and could not be downloaded."""


class DataDamaged(DataError):
    """The file exists, but is not MNIST."""


class PictureUnreadable(DigitLabError, ValueError):
    """A picture cannot be opened, or its size is not allowed."""


class BundleRejected(DigitLabError, ValueError):
    """A file of several digits is invalid or too large."""


class ModelError(DigitLabError):
    """A problem with a saved network."""


class ModelNotFound(ModelError):
    """There is no network of that name."""


class ModelDamaged(ModelError):
    """The file exists, but is not a network that reads digits."""


class ModelRejected(ModelError):
    """An uploaded network failed a check; the message gives the reason."""


class ModelProtected(ModelError):
    """Ready-made networks cannot be renamed or deleted."""


class NotAllowed(DigitLabError):
    """Only its owner or a teacher may change it."""


class LimitReached(DigitLabError):
    """A limit of this lab's settings is reached."""


class RunError(DigitLabError):
    """A problem with a training run."""


class RunNotFound(RunError):
    """There is no run of that number."""


class RunIsOver(RunError):
    """A run that has ended cannot change in that way."""


class RunIsActive(RunError):
    """A queued or running run cannot be deleted or resumed."""


class CheckpointDamaged(RunError):
    """A checkpoint exists, but cannot be read."""


class SnapshotDamaged(RunError):
    """A snapshot does not exist, or cannot be read."""


class Diverged(RunError):
    """The loss became infinite or NaN."""


class SearchError(DigitLabError):
    """A problem with a search for settings."""


class SearchNotFound(SearchError):
    """There is no search of that number."""


class SearchIsActive(SearchError):
    """A search that goes on cannot be deleted, nor a part of it be changed."""


class SearchIsOver(SearchError):
    """A search that has ended cannot change in that way."""


class DrawingNotFound(DigitLabError):
    """The person has no drawing of that number."""


class StorageError(DigitLabError):
    """A problem with the storage of networks and checkpoints."""


class StorageFull(StorageError):
    """There is no room left; existing files are unchanged."""


class StorageUnavailable(StorageError):
    """The storage cannot be reached, read or written."""


class DatabaseUnavailable(DigitLabError):
    """The database cannot be reached."""


class DatabaseFileLost(DatabaseUnavailable):
    """The file of a SQLite database is missing, or not the one that is open."""


class BackupDamaged(DigitLabError, ValueError):
    """A backup is damaged, from a newer version, or not a backup of DigitLab."""


class BackupRefused(DigitLabError):
    """A backup cannot be made or restored in this lab, as it is now."""


class OutputLost(DigitLabError):
    """The command line's output cannot be written, for example to a full disk."""


class WorkersUnavailable(DigitLabError):
    """No worker process is available to train or evaluate."""
