import dataclasses
import shutil

import pytest

from digitlab.errors import ModelNotFound, ModelRejected
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter
from digitlab.runs.models.recogniser_cache import RecogniserCache


@pytest.fixture
def readers(settings, ready_made, tmp_path, digits):
    """Of a lab with one network that ships."""
    ships = tmp_path / "ready"
    ships.mkdir()
    for path in ready_made.glob("tutorial.*"):
        shutil.copy(path, ships)
    shipped = dataclasses.replace(settings, ready_made=ships)
    return RecogniserCache(ModelFiles(shipped), ModelImporter(shipped, lambda: digits))


def test_a_network_is_loaded_once_by_its_name_or_by_its_file(readers, tmp_path, stroke):
    recogniser = readers.get("tutorial")
    assert recogniser.read(stroke).digit == 1
    assert readers.get("tutorial") is readers.get(str(tmp_path / "ready" / "tutorial.keras")) is recogniser


@pytest.mark.parametrize("suffix", [".keras", ".json"])
def test_it_is_loaded_again_when_its_file_or_its_limits_changed(readers, tmp_path, suffix):
    recogniser = readers.get("tutorial")
    (tmp_path / "ready" / f"tutorial{suffix}").touch()
    assert readers.get("tutorial") is not recogniser


def test_what_is_no_network_is_not_read(readers, tmp_path):
    with pytest.raises(ModelNotFound):
        readers.get("gone")
    (tmp_path / "evil.keras").write_bytes(b"no network")
    with pytest.raises(ModelRejected, match=r"evil\.keras was rejected"):
        readers.get(str(tmp_path / "evil.keras"))
