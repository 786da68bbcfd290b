import dataclasses
import os
import uuid

from digitlab.runs.models.cleanup import clean_up
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.store.store import Store
from digitlab.storage.address import open_storage


def test_the_newest_and_needed_checkpoints_stay_and_no_half_one(settings):
    folder = settings.models / "checkpoints"
    folder.mkdir(parents=True)
    for number in range(100, 160):
        (folder / f"run-{number}-1f.npz").touch()
        os.utime(folder / f"run-{number}-1f.npz", (number, number))
    (folder / ".run-5-1f.npz.x.part").touch()
    os.utime(folder / ".run-5-1f.npz.x.part", (0, 0))
    (folder / "notes.npz").touch()
    os.utime(folder / "notes.npz", (0, 0))
    clean_up(settings, {100, 103})
    names = {path.name for path in folder.iterdir()}
    assert names == {f"run-{number}-1f.npz" for number in [100, 103, *range(110, 160)]} | {"notes.npz"}


def test_old_checkpoints_go_at_an_address_too(settings):
    there = dataclasses.replace(settings, models=f"memory://{uuid.uuid4().hex}")
    checkpoints = open_storage(there.models, "checkpoints")
    for number in range(1, 53):
        checkpoints.write(f"run-{number}-1f.npz", b"x")
    clean_up(there, {2})
    assert set(checkpoints.entries()) == {f"run-{number}-1f.npz" for number in [2, *range(3, 53)]}


def test_what_a_person_named_and_what_is_not_over_is_needed(settings, small):
    store = Store(settings.database_url)
    named, unnamed, paused, waiting = (store.create(small, title).number for title in ("Mine", "", "", ""))
    for number in (named, unnamed):
        store.claim(number, "a")
        store.end(number, "a", Outcome(state=RunState.FINISHED))
    store.request_pause(paused)
    assert store.runs_to_keep() == {named, paused, waiting}
    store.close()
