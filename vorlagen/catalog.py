"""Find the templates: shipped ones and those of further folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from vorlagen.findings import SpecErrors, SpecProblem

if TYPE_CHECKING:
    from vorlagen.load import Common
    from vorlagen.spec import Lang, Template


def shipped_folder() -> Path:
    """Return the folder of the shipped specs: in the package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "templates_spec"
    return inside if inside.is_dir() else here.parent / "templates_spec"


@dataclass(frozen=True)
class Entry:
    """A template by its head, before anything else of it is loaded."""

    key: str
    number: int
    version: int
    group: str
    title: dict[Lang, str]
    path: Path
    source: str = field(repr=False)


_HEAD = {"key", "number", "version", "group", "title"}


def _head(path: Path) -> Entry:
    """Read the leading keys of a spec; they stand before `sheets` and are cheap to parse."""
    source = path.read_text(encoding="utf-8")
    lines: list[str] = []
    for line in source.splitlines():
        word = line.split(":", 1)[0]
        if word in _HEAD:
            lines.append(line)
        elif word in ("sheets", "lists"):
            break
    try:
        data = yaml.load("\n".join(lines), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        title = data["title"]
        text: dict[Lang, str] = {lang: title[lang] if isinstance(title, dict) else title for lang in ("de", "en")}
        return Entry(
            str(data["key"]), int(data["number"]), int(data["version"]), str(data["group"]), text, path, source
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        hint = "begin the file with key, number, version, group and title, each on one line"
        raise SpecErrors([SpecProblem(path.name, 1, "head of the template is incomplete", hint)]) from None


class Catalog:
    """All templates, loaded on demand.

    Args:
        folders: further folders with specs; a template there replaces a shipped one of the same key.
    """

    def __init__(self, folders: tuple[Path, ...] = ()) -> None:
        self.folders = (shipped_folder(), *folders)
        self._loaded: dict[str, Template] = {}

    @cached_property
    def common(self) -> Common:
        """What all templates share."""
        from vorlagen.load import Common

        return Common(self.folders[0])

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Heads of all templates by key, in the order of their numbers.

        Raises:
            SpecErrors: a head is unreadable.
        """
        found: dict[str, Entry] = {}
        problems: list[SpecProblem] = []
        for folder in self.folders:
            for path in sorted(folder.rglob("[0-9][0-9]_*.yaml")):
                try:
                    entry = _head(path)
                except SpecErrors as error:
                    problems += error.problems
                    continue
                found[entry.key] = entry
        if problems:
            raise SpecErrors(problems)
        return dict(sorted(found.items(), key=lambda item: (item[1].number, item[0])))

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def template(self, key: str) -> Template:
        """Return a template by key or number.

        Raises:
            KeyError: no such template; the message names the nearest.
            SpecErrors: its file has faults.
        """
        if key.isdigit():
            key = next((e.key for e in self.entries.values() if e.number == int(key)), key)
        if key not in self.entries:
            from vorlagen.formulas.house import nearest

            raise KeyError(nearest(key, list(self.entries))[1])
        if key not in self._loaded:
            self._loaded[key] = self._compiled(self.entries[key])
        return self._loaded[key]

    def _compiled(self, entry: Entry) -> Template:
        from vorlagen.compiled import Kept, unhurried_collection
        from vorlagen.load import load_template

        kept = Kept(entry.path, (entry.source, *self.common.texts))
        template = kept.get()
        if template is None:
            with unhurried_collection():
                template = load_template(entry.path, self.common, entry.source)
            kept.put(template)
        return template
