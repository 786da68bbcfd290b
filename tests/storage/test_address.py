from pathlib import Path

import pytest

from digitlab.errors import InvalidSetting
from digitlab.storage.address import as_place


def test_a_folder_and_an_address_of_a_folder_become_a_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert as_place("nets", "X") == tmp_path / "nets"
    assert as_place("~/nets", "X") == Path.home() / "nets"
    assert as_place("file:///srv/nets", "X") == Path("/srv/nets")


def test_an_address_stays_as_it_is():
    assert as_place("memory://lab/models", "X") == "memory://lab/models"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nope://x/y", "fsspec does not know"),
        ("simplecache::memory://x", "fsspec does not know"),
        ("sftp://host/x", "paramiko"),  # whatever is not installed here
        ("memory://", "names no folder"),
    ],
)
def test_a_wrong_address_is_refused_by_the_name_of_its_variable(value, reason):
    with pytest.raises(InvalidSetting, match=f"^DIGITLAB_MODELS .*{reason}"):
        as_place(value, "DIGITLAB_MODELS")
