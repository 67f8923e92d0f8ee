"""Audit workbooks at their full size: `python -m tests.audit [FOLDER…]`.

The suite audits every template with short tables. This command looks at the workbooks below the given folders, as
`vorlagen generate --all --brand … --lang …` has written them; their brand files are found in `brands/` by name.
Without a folder it writes every template blank, as example and full, in both languages, with all its rows.
It prints what the audit of Office Open XML, the repair rules, the rules of good practice, the guidance of every
field and the test of languages find.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from openxml_audit import OpenXmlValidator

from tests import good_practice, guidance, languages, repair_rules, workbooks
from vorlagen.brand import Brand, load_brand
from vorlagen.reading import read_workbook
from vorlagen.spec import LANGS

KINDS = ("blank", "example", "full")


@cache
def _brand(key: str) -> Brand:
    return load_brand(workbooks.ROOT / "brands" / f"{key}.yaml")


def findings(path: Path) -> list[str]:
    """Return everything that is found in one workbook."""
    result = read_workbook(path, workbooks.CATALOG, today=workbooks.TODAY)
    if result.template is None or result.layout is None or result.stamp is None:
        return [f"not read: {[f.code for f in result.findings]}"]
    book = good_practice.Workbook(path)
    found = [*repair_rules.findings(path), *good_practice.findings(book), *guidance.faults(book, result.layout)]
    brand = _brand(result.stamp.brand or "neutral")
    found += [
        f"{place}: {words} in {text!r}"
        for place, words, text in languages.foreign_texts(book, result.template, brand, result.stamp.lang)
    ]
    found += [str(e) for e in OpenXmlValidator().validate(str(path)).errors]
    return found


def _audited(path: Path) -> tuple[Path, int, list[str]]:
    return path, path.stat().st_size, findings(path)


def _written(folder: Path) -> Iterator[Path]:
    """Write the catalogue workbook by workbook; each is gone when the next one comes."""
    for key in workbooks.KEYS:
        for kind in KINDS:
            for lang in LANGS:
                path = workbooks.write(folder, key, kind, lang)
                yield path
                path.unlink()


def main(folders: list[str]) -> int:
    """Audit every workbook; return 1 when there is a finding or no workbook."""
    count = size = 0
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        given = [path for name in folders for path in sorted(Path(name).rglob("*.xlsx"))]
        for path, length, found in pool.map(_audited, given) if folders else map(_audited, _written(Path(folder))):
            faults += [f"{path}: {text}" for text in found]
            count, size = count + 1, size + length
            print(f"{path}: {len(found)} findings", file=sys.stderr, flush=True)
    print(*faults, sep="\n")
    print(f"{count} workbooks, {size / 1e6:.1f} MB, {len(faults)} findings")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
