"""Kept templates equal compiled ones, and nothing but our own fresh work is taken from the cache."""

import pickle
import sys

import pytest

from vorlagen import compiled
from vorlagen.catalog import Catalog, shipped_folder
from vorlagen.load import Common, load_template

KEY = "angebotsliste"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache folder of our own."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    compiled._folder.cache_clear()
    yield tmp_path / "cache" / "templates"
    compiled._folder.cache_clear()


def freshly_compiled(key=KEY):
    catalog = Catalog()
    return load_template(catalog.entries[key].path, catalog.common)


def no_compiling(monkeypatch):
    def fail(*_):
        raise AssertionError("compiled again")

    monkeypatch.setattr("vorlagen.load.load_template", fail)


def test_every_kept_template_equals_the_compiled_one(folder, monkeypatch):
    first = {key: Catalog().template(key) for key in Catalog().entries}
    no_compiling(monkeypatch)
    again = Catalog()
    assert {key: again.template(key) for key in again.entries} == first
    assert first[KEY] == freshly_compiled()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps("a text")], ids=["empty", "broken", "foreign"])
def test_a_broken_cache_file_is_compiled_anew(folder, content):
    expected = Catalog().template(KEY)
    (kept,) = folder.iterdir()
    good = kept.read_bytes()
    kept.write_bytes(content)
    assert Catalog().template(KEY) == expected
    assert kept.read_bytes() == good


def copied_catalogue(tmp_path):
    import shutil

    specs = tmp_path / "specs"
    shutil.copytree(shipped_folder(), specs)
    return specs


def test_a_changed_text_is_seen_and_replaces_the_kept_template(folder, tmp_path, monkeypatch):
    specs = copied_catalogue(tmp_path)
    monkeypatch.setattr("vorlagen.catalog.shipped_folder", lambda: specs)
    before = Catalog().template(KEY)
    path = Catalog().entries[KEY].path
    path.write_text(path.read_text(encoding="utf-8").replace(before.title.de, "Andere Liste"), encoding="utf-8")
    assert Catalog().template(KEY).title.de == "Andere Liste"
    assert len(list(folder.iterdir())) == 1
    front = specs / "front.yaml"
    front.write_text(front.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert Catalog().template(KEY).hash != before.hash


def test_two_files_of_one_text_do_not_share_a_template(folder, tmp_path):
    specs = copied_catalogue(tmp_path)
    own = Catalog().template(KEY)
    other = Catalog((specs,)).template(KEY)
    assert own.path != other.path


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_folder_that_others_can_write_to_is_not_used(folder, tmp_path, monkeypatch):
    expected = Catalog().template(KEY)
    (kept,) = folder.iterdir()
    kept.write_bytes(pickle.dumps(freshly_compiled("abc_rfm_analyse")))
    folder.chmod(0o777)
    compiled._folder.cache_clear()
    assert Catalog().template(KEY) == expected


def test_an_unwritable_place_only_costs_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "file")
    compiled._folder.cache_clear()
    try:
        assert Catalog().template(KEY) == freshly_compiled()
    finally:
        compiled._folder.cache_clear()


def test_the_texts_of_the_common_files_are_all_part_of_the_name():
    folder = shipped_folder()
    common = {p.name for p in folder.glob("*.yaml")}
    assert len(Common(folder).texts) == len(common)
