"""Choice values of a workbook: what stands on its sheet Listen, and what people type instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vorlagen.headings import fold
from vorlagen.spec import LANGS, ChoiceList
from vorlagen.values import Row, is_blank

# What people and programs put into a cell for yes and no.
YES_NO = "L_JANEIN"
_WORDS = {
    "ja": ("ja", "j", "yes", "y", "wahr", "true", "x", "✓", "✔", "1"),
    "nein": ("nein", "n", "no", "falsch", "false", "0"),
}


class ChoiceReader:
    """Matches typed texts with the labels of one list.

    Args:
        choices: the list in the spec.
        rows: the list as it stands on the sheet Listen.
    """

    def __init__(self, choices: ChoiceList, rows: Sequence[Row]) -> None:
        labels = [row.get("wert") for row in rows]
        self.exact = {str(label) for label in labels if not is_blank(label)}
        self.loose: dict[str, str] = {}
        for label in labels:
            if not is_blank(label):
                self.loose.setdefault(fold(label), str(label))
        named = {choice.label[lang]: choice for choice in choices.values for lang in LANGS}
        for label in labels:
            # A client's own value in the row of a shipped one is not that one by another name.
            choice = named.get(str(label))
            if choice is None:
                continue
            for word in (*(choice.label[lang] for lang in LANGS), choice.key):
                self.loose.setdefault(fold(word), str(label))
            for word in _WORDS.get(choice.key, ()) if choices.key == YES_NO else ():
                self.loose.setdefault(word, str(label))

    def match(self, text: str) -> tuple[str, bool, bool]:
        """Return the label, whether it is in the list, and whether the text was written differently."""
        if text in self.exact:
            return text, True, False
        label = self.loose.get(fold(text))
        return (text, False, False) if label is None else (label, True, True)


def choice_readers(lists: Sequence[ChoiceList], rows: Mapping[str, list[Row]]) -> dict[str, ChoiceReader]:
    """Return a reader for every list."""
    return {choices.key: ChoiceReader(choices, rows.get(choices.key, [])) for choices in lists}
