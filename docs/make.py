"""Regenerate the documentation from specs, code and command line.

python docs/make.py                     writes every text
python docs/make.py --check             exits with 1 when a text is stale
python docs/make.py --pictures [KEY…]   draws the pictures (LibreOffice, pdftoppm, ImageMagick)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from docs import pages, reference  # noqa: E402
from vorlagen.catalog import Catalog  # noqa: E402
from vorlagen.findings import SpecErrors  # noqa: E402

BEGIN, END = "<!-- vorlagen:begin -->", "<!-- vorlagen:end -->"


def between(text: str, inner: str) -> str:
    """Return text with what stands between the markers replaced.

    Raises:
        ValueError: a marker is missing.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md needs the lines {BEGIN} and {END}")
    return f"{head}{BEGIN}\n{inner}\n{END}{tail}"


def texts(catalog: Catalog, root: Path = ROOT) -> dict[Path, str]:
    """Return every generated file with its content."""
    folder = root / "docs" / "vorlagen"
    pictures = {path.stem for path in (root / "docs" / "pictures").glob("*.png")}
    out = {folder / pages.COMMON: pages.common_page(catalog)}
    for key in catalog.entries:
        template = catalog.template(key)
        name = pages.stem(template)
        out[folder / f"{name}.md"] = pages.template_page(template, catalog, name in pictures)
    out[root / "docs" / "befunde.md"] = reference.findings_page()
    out[root / "docs" / "kommandos.md"] = reference.commands_page()
    out[root / "templates_spec" / "README.md"] = reference.spec_page(catalog)
    readme = root / "README.md"
    out[readme] = between(readme.read_text(encoding="utf-8"), reference.template_table(catalog, pictures))
    return out


def stale(root: Path = ROOT) -> list[str]:
    """Return what differs from its sources: changed, missing and left-over files."""
    wanted = texts(Catalog(), root)
    found = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    found += [path for path in (root / "docs" / "vorlagen").glob("*.md") if path not in wanted]
    return sorted(path.relative_to(root).as_posix() for path in found)


def write(root: Path = ROOT) -> int:
    """Write what is stale and remove what is left over; return how many files changed."""
    wanted = texts(Catalog(), root)
    changed = stale(root)
    for name in changed:
        path = root / name
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return len(changed)


def main(args: Sequence[str] | None = None) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="docs/make.py", description="Regenerate the documentation.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="exit with 1 when a text is stale")
    what.add_argument("--pictures", nargs="*", metavar="KEY", help="draw the pictures of these templates (all)")
    chosen = parser.parse_args(args)
    try:
        if chosen.pictures is not None:
            from docs.pictures import draw

            for path in draw(Catalog(), chosen.pictures, ROOT / "docs" / "pictures"):
                print(f"{path.relative_to(ROOT).as_posix()} {path.stat().st_size / 1000:.0f} kB")
            return 0
        if chosen.check:
            found = stale()
            for name in found:
                print(f"{name} is stale: run python docs/make.py", file=sys.stderr)
            return 1 if found else 0
        print(f"{write()} files written")
    except SpecErrors as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
