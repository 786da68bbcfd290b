"""What people may do with networks; imports are tested in test_model_import.py."""

import dataclasses
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from digitlab.errors import InvalidSetting, LimitReached, ModelNotFound, ModelProtected, ModelRejected, NotAllowed
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.model_service import ModelService

ANN, BEN, TEACHER = Person(id="ann"), Person(id="ben"), Person(id="t", is_teacher=True)


@pytest.fixture
def models(settings, digits):
    return ModelService(ModelFiles(settings), ModelImporter(settings, lambda: digits), Limits(settings), lambda: digits)


@pytest.fixture
def anns(settings, ready_made):
    """Her network's name."""
    files = ModelFiles(settings)
    card = dataclasses.replace(files.card("tutorial"), name="anns", owner="ann", is_ready_made=False)

    def copy(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    files.save(card, copy)
    return card.name


def test_one_s_own_network_is_renamed_and_deleted(settings, models, anns):
    assert models.rename(anns, "Mine", ANN).title == ModelFiles(settings).card(anns).title == "Mine"
    models.delete(anns, TEACHER)
    with pytest.raises(ModelNotFound):
        models.delete(anns, ANN)


def test_another_s_network_and_one_that_ships_stay_as_they_are(settings, models, anns):
    for change in (lambda: models.rename(anns, "Ben's", BEN), lambda: models.delete(anns, BEN)):
        with pytest.raises(NotAllowed, match="somebody else"):
            change()
    with pytest.raises(ModelProtected):
        models.delete("tutorial", OPERATOR)
    assert ModelFiles(settings).card(anns).title == "Tutorial"


def test_a_forbidden_import_is_rejected_with_its_file_unopened(models, settings):
    with pytest.raises(NotAllowed, match="Log in"):
        models.import_model(b"", "theirs.keras", "Theirs", Person(id=""), "")
    for title, source, wrong in ((" ", "", "title"), ("Theirs", "a\nb", "source")):
        with pytest.raises(InvalidSetting, match=f"^The {wrong} "):
            models.import_model(b"", "theirs.keras", title, ANN, source)
    assert not (settings.data / "foreign").exists()


class Busy:
    """An importer that checks a file until it is told to reject it."""

    def __init__(self):
        self.began, self.is_over = threading.Semaphore(0), threading.Event()

    def import_model(self, content, file, choices):
        self.began.release()
        assert self.is_over.wait(30)
        raise ModelRejected(file)


def test_one_person_imports_one_network_at_a_time(settings, digits):
    importer = Busy()
    models = ModelService(ModelFiles(settings), importer, Limits(settings), lambda: digits)

    def import_one(person):
        return models.import_model(b"", "theirs.keras", "Theirs", person, "")

    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(import_one, ANN)]
        assert importer.began.acquire(timeout=30)
        with pytest.raises(LimitReached, match="importing another network"):
            import_one(ANN)
        under_way.append(pool.submit(import_one, BEN))
        assert importer.began.acquire(timeout=30)
        importer.is_over.set()
    assert [type(request.exception()) for request in under_way] == [ModelRejected] * 2
    with pytest.raises(ModelRejected):  # hers is over
        import_one(ANN)
