"""Audit all workbooks at their full size: `python -m tests.audit`.

The suite audits every template with short tables; this command writes each of them blank, as example and full, in both
languages and with all its rows, and prints what the audit, the repair rules and the rules of good practice find.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from openxml_audit import OpenXmlValidator

from tests import good_practice, repair_rules, workbooks
from vorlagen.spec import LANGS

KINDS = ("blank", "example", "full")


def main() -> int:
    """Audit every workbook; return 1 when there is a finding."""
    count = size = 0
    faults: list[str] = []
    validator = OpenXmlValidator()
    with tempfile.TemporaryDirectory() as folder:
        for key in workbooks.KEYS:
            for kind in KINDS:
                for lang in LANGS:
                    path = workbooks.write(Path(folder), key, kind, lang)
                    found = [*repair_rules.findings(path), *good_practice.findings(path)]
                    found += [str(e) for e in validator.validate(str(path)).errors]
                    faults += [f"{path.name}: {text}" for text in found]
                    count += 1
                    size += path.stat().st_size
                    path.unlink()
            print(f"{key}: {count} workbooks, {len(faults)} findings", file=sys.stderr, flush=True)
    print(*faults, sep="\n")
    print(f"{count} workbooks, {size / 1e6:.1f} MB, {len(faults)} findings")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
