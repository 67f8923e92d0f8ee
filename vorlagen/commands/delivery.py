"""What goes out to clients beside the workbooks: zips, the manifest, and what changed since the last one."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import click

from vorlagen.catalog import Catalog
from vorlagen.commands import shell
from vorlagen.commands.production import Order
from vorlagen.outputs import Batch, write_bytes
from vorlagen.spec import Lang

MANIFEST = "manifest.json"
FORMAT = 1
_STAMP = (2026, 1, 1, 0, 0, 0)  # any fixed moment: equal inputs must give equal bytes
_WORDS = {
    "new": ("neu", "new"),
    "changed": ("geändert", "changed"),
    "gone": ("entfallen", "gone"),
    "stale": ("veraltet", "outdated"),
}
_CAUSES = {"spec": ("Vorlage", "template"), "brand": ("Marke", "brand"), "today": ("Stichtag", "day")}
_OTHER = "other"  # another program, or other options than before
_WHY = _CAUSES | {_OTHER: ("Programm oder Optionen", "program or options")}

Entry = dict[str, Any]
Change = tuple[str, str, tuple[str, ...]]  # kind, path, causes


def earlier_manifest(output: Path, since: Path | None) -> dict[str, Entry]:
    """Return the entries of an earlier manifest by path; none when the folder has none.

    Raises:
        Stop: the manifest asked for is missing, or the file is no manifest.
    """
    path = since or output / MANIFEST
    if since is None and not path.exists():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError
        return {str(entry["path"]): {**entry, "sha256": str(entry["sha256"])} for entry in data["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise shell.wrong_use(
            f"„{path}“ ist kein Manifest dieses Programms; nichts wurde geschrieben.",
            f"'{path}' is no manifest of this program; nothing was written.",
        ) from None


def deliver(
    orders: Sequence[Order], output: Path, catalog: Catalog, *, zipped: bool, batch: Batch, written: Mapping[Path, Path]
) -> dict[str, Entry]:
    """Add the zips and, last of all, the manifest to a set of workbooks.

    Entries of an earlier run stay while their files are there unchanged; but a zip whose workbooks were written
    anew without it is outdated and leaves the manifest.

    Args:
        orders: the workbooks.
        output: the folder of the set.
        catalog: the templates.
        zipped: whether zips are wanted.
        batch: the set.
        written: target of each workbook -> the file where it stands until the set is in place.

    Returns:
        The entries of the manifest.

    Raises:
        OSError: a file cannot be written.
    """
    found = {}
    contents: dict[Path, list[tuple[str, bytes]]] = {}
    for order in orders:
        data = written[order.path].read_bytes()
        name = order.path.relative_to(output).as_posix()
        found[name] = _entry(name, data, order, catalog)
        contents.setdefault(order.parcel, []).append((f"{order.parcel.stem}/{order.path.name}", data))
    for parcel, members in contents.items() if zipped else ():
        data = _zip(members)
        write_bytes(batch.add(parcel), data)
        found[parcel.name] = {"path": parcel.name, "sha256": _digest(data), "size": len(data)}
    present = _present(output)
    stale = {order.parcel.name for order in orders if not zipped and _is_new(order, output, present, found)}
    kept = {k: e for k, e in present.items() if k not in found.keys() | stale and _is_unchanged(output / k, e)}
    entries = dict(sorted((kept | found).items()))
    text = json.dumps({"format": FORMAT, "files": list(entries.values())}, ensure_ascii=False, indent=1) + "\n"
    write_bytes(batch.add(output / MANIFEST), text.encode())
    return entries


def changes(earlier: Mapping[str, Entry], now: Mapping[str, Entry], output: Path) -> list[Change]:
    """Return what is new, changed or gone between two manifests, and the zips in the folder that are outdated."""
    out: list[Change] = []
    for path in sorted(earlier.keys() | now.keys()):
        if path not in earlier:
            out.append(("new", path, ()))
        elif path not in now:
            out.append(("stale" if path.endswith(".zip") and (output / path).exists() else "gone", path, ()))
        elif earlier[path]["sha256"] != now[path]["sha256"]:
            causes = tuple(name for name in _CAUSES if earlier[path].get(name) != now[path].get(name))
            if not causes and "template" in now[path]:
                causes = (_OTHER,)
            out.append(("changed", path, causes))
    return out


def report(found: Sequence[Change], lang: Lang) -> None:
    """Print changes, one a line."""
    pick = lang == "en"
    for kind, path, causes in found:
        why = f" ({', '.join(_WHY[cause][pick] for cause in causes)})" if causes else ""
        click.echo(f"{_WORDS[kind][pick]}: {path}{why}")


def _entry(name: str, data: bytes, order: Order, catalog: Catalog) -> Entry:
    template = catalog.template(order.key)
    return {
        "path": name, "sha256": _digest(data), "size": len(data), "template": order.key, "version": template.version,
        "spec": template.hash, "brand": order.brand.digest, "lang": order.lang, "today": order.today.isoformat(),
    }  # fmt: skip


def _present(output: Path) -> dict[str, Entry]:
    return earlier_manifest(output, None)


def _is_new(order: Order, output: Path, present: Mapping[str, Entry], found: Mapping[str, Entry]) -> bool:
    name = order.path.relative_to(output).as_posix()
    return name not in present or present[name]["sha256"] != found[name]["sha256"]


def _is_unchanged(path: Path, entry: Entry) -> bool:
    return path.is_file() and _digest(path.read_bytes()) == entry["sha256"]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _zip(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip of workbooks, stored: they are compressed already, and stored bytes are the same everywhere."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(members):
            info = zipfile.ZipInfo(name, _STAMP)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return stream.getvalue()
