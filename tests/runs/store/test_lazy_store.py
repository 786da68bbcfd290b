from concurrent.futures import ThreadPoolExecutor

from digitlab.runs.store.lazy_store import LazyStore


def test_the_store_is_opened_when_it_is_first_asked_and_once(settings):
    record = LazyStore(settings.database_url)
    assert not (settings.data / "digitlab.db").exists()
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: record(), range(8)))
    assert all(lent is opened[0] for lent in opened)
    assert opened[0].runs() == []
    record.close()


def test_what_was_never_opened_can_be_closed(settings):
    LazyStore(settings.database_url).close()
    assert not (settings.data / "digitlab.db").exists()
