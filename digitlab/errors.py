"""What can go wrong and be told to a person in one sentence.

DigitLabError
├── InvalidSetting      a value in a form, on the command line or in the environment
├── DataError
│   ├── DataMissing     MNIST is not here and could not be fetched
│   └── DataDamaged     the file is there, but it is not MNIST
├── PictureUnreadable   a picture that cannot be opened or is too large
├── BundleRefused       a file of many digits that is not taken in
├── ModelError
│   ├── ModelNotFound   no network of that name
│   ├── ModelDamaged    the file is there, but it is not a network for digits
│   ├── ModelRefused    a file from elsewhere that is not let in
│   └── ModelProtected  ready-made networks are not renamed or deleted
├── NotAllowed          it belongs to somebody else
├── LimitReached        as much as this lab allows is there already
├── RunError
│   ├── RunNotFound     no run of that number
│   ├── RunIsOver       a run that has ended never changes
│   ├── RunIsActive     a run that waits or runs cannot be deleted
│   ├── CheckpointDamaged  what a run would go on from cannot be read
│   ├── SnapshotDamaged a run's earlier state cannot be read
│   └── Diverged        the loss became NaN or infinite
├── DrawingNotFound     a person has no drawing of that number
├── StorageError
│   ├── StorageFull     no room is left for a network or a checkpoint
│   └── StorageUnavailable  their folder or address does not answer, or may not be written
├── StoreUnavailable    the database does not answer
└── WorkersUnavailable  no process is there that could train

Every message says what came, what is allowed, and what to do.
"""


class DigitLabError(Exception):
    """The root: a page or the command line shows its text and goes on."""


class InvalidSetting(DigitLabError, ValueError):
    """A value in a form, on the command line or in the environment is not allowed."""


class DataError(DigitLabError):
    """Something about the data set."""


class DataMissing(DataError):
    """MNIST is not here and could not be fetched."""


class DataDamaged(DataError):
    """The file is there, but its content is not MNIST."""


class PictureUnreadable(DigitLabError, ValueError):
    """A picture cannot be opened, or is not of an allowed size."""


class BundleRefused(DigitLabError, ValueError):
    """A file of many digits is not what it should be, or is too large."""


class ModelError(DigitLabError):
    """Something about a saved network."""


class ModelNotFound(ModelError):
    """No network of that name."""


class ModelDamaged(ModelError):
    """The file is there, but it is not a network that reads digits."""


class ModelRefused(ModelError):
    """A file that was made elsewhere is not let in."""


class ModelProtected(ModelError):
    """Ready-made networks are neither renamed nor deleted."""


class NotAllowed(DigitLabError):
    """Only the person who made something, or a teacher, may change it."""


class LimitReached(DigitLabError):
    """As much as this lab's settings allow is there already."""


class RunError(DigitLabError):
    """Something about a training run."""


class RunNotFound(RunError):
    """No run of that number."""


class RunIsOver(RunError):
    """A run that has ended never changes."""


class RunIsActive(RunError):
    """A run that waits or runs cannot be deleted."""


class CheckpointDamaged(RunError):
    """The file is there, but no training can go on from it."""


class SnapshotDamaged(RunError):
    """The file is there, but it shows no earlier state of a network."""


class Diverged(RunError):
    """The loss became NaN or infinite; the text begins with `DIVERGED`."""


DIVERGED = "The loss became infinite or not a number (NaN)"


class DrawingNotFound(DigitLabError):
    """A person has no drawing of that number."""


class StorageError(DigitLabError):
    """Something about the place of networks and checkpoints."""


class StorageFull(StorageError):
    """No room is left there; what was there before is unchanged."""


class StorageUnavailable(StorageError):
    """It does not answer, or may not be read or written."""


class StoreUnavailable(DigitLabError):
    """The database cannot be opened or does not answer."""


class WorkersUnavailable(DigitLabError):
    """No process is there that could train or evaluate."""
