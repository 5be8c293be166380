"""Texts that one build leaves for the next: each comes back as it was, or not at all."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from papershelf.mkdocs_plugin.store import AT_ONCE, Store, told


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".cache" / "papershelf" / "texts.db"


def filled(file: Path, **texts: bytes) -> Store:
    store = Store(file)
    for name, text in texts.items():
        store.put(name, text)
    store.flush()
    return store


def test_a_text_comes_back_by_its_name_and_its_digest(file: Path) -> None:
    filled(file, one=b"first", two=b"second")
    later = Store(file)
    assert later.get("one", told(b"first")) == b"first"
    assert later.get("one", told(b"second")) is None
    assert later.get("three", told(b"first")) is None


def test_a_new_text_takes_the_place_of_the_old_one(file: Path) -> None:
    filled(file, one=b"first")
    filled(file, one=b"renewed")
    assert Store(file).get("one", told(b"first")) is None
    assert Store(file).get("one", told(b"renewed")) == b"renewed"


def test_many_are_written_before_anybody_says_so(file: Path) -> None:
    store = Store(file)
    for number in range(AT_ONCE):
        store.put(f"{number}", b"text")
    assert Store(file).get("7", told(b"text")) == b"text"


def test_what_nobody_needs_is_forgotten(file: Path) -> None:
    filled(file, one=b"first", two=b"second").keep({"two"})
    assert Store(file).get("one", told(b"first")) is None
    assert Store(file).get("two", told(b"second")) == b"second"


def test_several_processes_write_at_once(file: Path) -> None:
    context = multiprocessing.get_context("fork")
    names = [[f"{writer}-{number}" for number in range(2 * AT_ONCE)] for writer in range(4)]
    filled(file, one=b"first")
    writers = [
        context.Process(target=lambda some=some: filled(file, **{name: name.encode() for name in some}))
        for some in names
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store = Store(file)
    assert all(store.get(name, told(name.encode())) for some in names for name in some)


def test_a_file_that_somebody_else_holds_is_done_without(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(file, one=b"first")
    monkeypatch.setattr("papershelf.mkdocs_plugin.store._PATIENCE", 0.1)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store = filled(file, two=b"second")
    store.keep(set())
    assert store.get("one", told(b"first")) is None
    holder.execute("ROLLBACK")
    assert Store(file).get("one", told(b"first")) == b"first"
    assert Store(file).get("two", told(b"second")) is None
    holder.close()


def test_a_file_that_is_no_database_is_removed_and_the_next_build_begins_one(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 9999)
    assert filled(file, one=b"first").get("one", told(b"first")) is None
    filled(file, one=b"first")
    assert Store(file).get("one", told(b"first")) == b"first"


def test_a_file_that_was_spoiled_gives_whole_texts_or_none(file: Path) -> None:
    texts = {f"{number}": bytes([number]) * 9000 for number in range(100)}
    filled(file, **texts)
    whole = file.read_bytes()
    for place in range(100, len(whole), 40_000):
        file.write_bytes(whole[:place] + b"spoiled" * 900 + whole[place + 6300 :])
        store = Store(file)
        found = {name: store.get(name, told(text)) for name, text in texts.items()}
        assert all(text in (None, texts[name]) for name, text in found.items())


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder", encoding="utf-8")
    store = filled(tmp_path / "taken" / "texts.db", one=b"first")
    assert store.get("one", told(b"first")) is None
    assert Store().get("one", told(b"first")) is None
