"""Identity of a workbook: which template it is, in which version and language.

Carried redundantly: as custom document properties (kept by Excel, LibreOffice and
openpyxl) and in the cells deckblatt.vorlage_id and deckblatt.vorlage_version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vorlagen.spec import LANGS, Lang

PREFIX = "vorlagen_"


@dataclass(frozen=True)
class Stamp:
    """What a workbook says it is.

    Attributes:
        brand: name of the brand file it was made with, '' without one.
        merged: the workbook is the result of a consolidation and has columns of provenance.
    """

    template: str
    version: int
    spec_hash: str
    lang: Lang
    merged: bool = False
    brand: str = ""

    def properties(self) -> dict[str, str]:
        """Return the custom document properties to write."""
        return {
            PREFIX + "template": self.template,
            PREFIX + "version": str(self.version),
            PREFIX + "spec": self.spec_hash,
            PREFIX + "lang": self.lang,
            PREFIX + "kind": "merged" if self.merged else "office",
            **({PREFIX + "brand": self.brand} if self.brand else {}),
        }


def stamp_from(properties: Mapping[str, str]) -> Stamp | None:
    """Return the stamp in custom document properties, None when there is none or it is damaged."""
    try:
        lang = properties[PREFIX + "lang"]
        version = int(properties[PREFIX + "version"])
        template = properties[PREFIX + "template"]
    except (KeyError, ValueError):
        return None
    if lang not in LANGS:
        return None
    merged = properties.get(PREFIX + "kind") == "merged"
    spec_hash, brand = properties.get(PREFIX + "spec", ""), properties.get(PREFIX + "brand", "")
    return Stamp(template, version, spec_hash, "en" if lang == "en" else "de", merged, brand)
