"""Sets for clients: folders, manifest, zips, changes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from tests.test_cli import DAY, call, fails
from vorlagen.commands import delivery


@pytest.fixture(scope="module")
def brands(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("brands")
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(f"name: {name} & Co\n", encoding="utf-8")
    return ["--brand", str(folder / "a.yaml"), "--brand", str(folder / "b.yaml")]


def run(brands: list[str], out: Path, *words: str) -> str:
    result = call("generate", "einwandbehandlung", "--rows", "5", *brands, "--output", out, *DAY, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_sets_with_manifest_and_zips_are_the_same_every_time(brands: list[str], tmp_path: Path) -> None:
    both = ["--lang", "de", "--lang", "en", "--zip"]
    run(brands, tmp_path / "one", *both)
    run(brands, tmp_path / "two", *both, "--jobs", "1")
    first = content(tmp_path / "one")
    assert first == content(tmp_path / "two")
    sets = [f"{brand}/{lang}/13_einwandbehandlung.xlsx" for brand in "ab" for lang in ("de", "en")]
    zips = [f"{brand}_{lang}.zip" for brand in "ab" for lang in ("de", "en")]
    assert sorted(first) == sorted([*sets, *zips, "manifest.json"])
    listed = {e["path"]: e for e in json.loads(first["manifest.json"])["files"]}
    assert sorted(listed) == sorted([*sets, *zips])
    for path, entry in listed.items():
        assert entry["sha256"] == hashlib.sha256(first[path]).hexdigest()
        assert entry["size"] == len(first[path])
    with zipfile.ZipFile(tmp_path / "one" / "a_en.zip") as archive:
        assert archive.namelist() == ["a_en/13_einwandbehandlung.xlsx"]
        assert archive.read(archive.namelist()[0]) == first[sets[1]]
    # Again into the same folder: only with --force, and nothing has changed.
    fails(5, "E_EXISTS", "generate", "13", *brands, "--output", tmp_path / "one", *both, *DAY)
    assert "geändert" not in run(brands, tmp_path / "one", *both, "--force")
    assert content(tmp_path / "one") == first


def test_changes_are_listed_with_their_cause(brands: list[str], tmp_path: Path) -> None:
    run(brands, tmp_path / "o")
    old = tmp_path / "old.json"
    old.write_bytes((tmp_path / "o" / "manifest.json").read_bytes())
    brand = tmp_path / "a.yaml"
    brand.write_text("name: renamed\n", encoding="utf-8")
    text = run(["--brand", str(brand), *brands[2:]], tmp_path / "o", "--force")
    assert text.splitlines()[0] == "geändert: a/13_einwandbehandlung.xlsx (Marke)"
    assert len(text.splitlines()) == 2
    text = run(["--brand", str(brand), *brands[2:]], tmp_path / "o", "--force", "--example")
    assert text.splitlines()[0] == "geändert: a/13_einwandbehandlung.xlsx (Programm oder Optionen)"
    # Another template joins the set: what was made before stays in the manifest.
    result = call("generate", "12", *brands, "--output", tmp_path / "o", "--rows", "5", "--lang", "en", *DAY)
    assert result.exit_code == 0
    assert "new: a/12_gespraechsnotiz.xlsx" in result.stdout
    assert len(json.loads((tmp_path / "o" / "manifest.json").read_text())["files"]) == 4
    (tmp_path / "o" / "b" / "13_einwandbehandlung.xlsx").unlink()
    text = call(
        "generate", "12", *brands, "--output", tmp_path / "o", "--rows", "5", "--since", old, "--force", *DAY
    ).stdout
    assert "entfallen: b/13_einwandbehandlung.xlsx" in text
    assert "neu: b/12_gespraechsnotiz.xlsx" in text


def test_brand_files_of_one_name_are_told_and_one_file_counts_once(brands: list[str], tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "brand.yaml").write_text(f"name: {name}\n", encoding="utf-8")
    both = [tmp_path / "x" / "brand.yaml", tmp_path / "y" / "brand.yaml"]
    text = fails(2, "E_USAGE", "generate", "13", "--brand", both[0], "--brand", both[1], "--output", tmp_path, *DAY)
    assert all(str(path) in text for path in both)
    run([*brands[:2], *brands[:2]], tmp_path / "o")
    assert sorted(content(tmp_path / "o")) == ["13_einwandbehandlung.xlsx", "manifest.json"]


def test_a_zip_of_former_workbooks_is_told(brands: list[str], tmp_path: Path) -> None:
    def listed() -> set[str]:
        return {entry["path"] for entry in json.loads((tmp_path / "manifest.json").read_text())["files"]}

    one = brands[:2]
    run(one, tmp_path, "--zip")
    (parcel,) = [path.name for path in tmp_path.glob("*.zip")]
    assert run(one, tmp_path, "--force").splitlines() == [f"1 Mappe in {tmp_path}"]
    assert parcel in listed()  # the same workbooks as in the zip
    text = run(one, tmp_path, "--force", "--example")
    assert f"veraltet: {parcel}" in text.splitlines()
    assert parcel not in listed()
    assert f"neu: {parcel}" in run(one, tmp_path, "--force", "--example", "--zip").splitlines()


def test_no_manifest_without_need(tmp_path: Path) -> None:
    run([], tmp_path)
    assert sorted(content(tmp_path)) == ["13_einwandbehandlung.xlsx"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2, "files": []}', '{"format": 1, "files": [1]}'])
def test_a_foreign_manifest_is_not_overwritten(text: str, brands: list[str], tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    fails(2, "E_USAGE", "generate", "13", *brands, "--output", tmp_path, *DAY)
    assert sorted(content(tmp_path)) == ["manifest.json"]
    fails(2, "E_USAGE", "generate", "13", *brands, "--since", tmp_path / "none.json", "--output", tmp_path / "o", *DAY)


def test_a_manifest_that_cannot_be_written_is_an_output_error(
    brands: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "write_bytes", full)
    text = fails(5, "E_OUTPUT", "generate", "13", "--rows", "5", *brands, "--output", tmp_path, *DAY)
    assert "No space left" in text
    assert not list(tmp_path.iterdir())  # nor the workbooks: all or none
