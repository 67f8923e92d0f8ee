"""What is wrong, where, and what to do: findings in data and errors in specs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from vorlagen.codes import CODES, Severity


@dataclass(frozen=True)
class Origin:
    """Where a value came from."""

    file: str
    sheet: str
    cell: str = ""
    row: int = 0


@dataclass(frozen=True)
class Finding:
    """One finding: code, place and facts; the text is rendered on output."""

    code: str
    origin: Origin | None = None
    block: str = ""
    field: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    severity: Severity | None = None
    text: tuple[str, str] | None = None

    @property
    def level(self) -> Severity:
        """Severity, the code's own unless the finding overrides it."""
        return self.severity or CODES[self.code].severity

    def message(self, lang: str = "de") -> str:
        """Render the message in `lang`."""
        if self.text is not None:
            return self.text[lang == "en"]
        return CODES[self.code].message[lang == "en"].format(**self.facts_in(lang))

    def remedy(self, lang: str = "de") -> str:
        """Render the remedy in `lang`."""
        return CODES[self.code].remedy[lang == "en"].format(**self.facts_in(lang))

    def facts_in(self, lang: str) -> dict[str, Any]:
        """Return the facts for `lang`; a pair of texts stands for German and English."""
        return {key: fact[lang == "en"] if isinstance(fact, tuple) else fact for key, fact in self.facts.items()}

    def as_json(self, lang: str = "de") -> dict[str, Any]:
        """Return the finding in the shape of ``check --json``."""
        origin = self.origin
        return {
            "code": self.code,
            "severity": self.level,
            "sheet": (origin.sheet or None) if origin else None,
            "cell": (origin.cell or None) if origin else None,
            "block": self.block or None,
            "field": self.field or None,
            "message": self.message(lang),
            "remedy": self.remedy(lang),
        }


Said = str | tuple[str, str]  # German and English; a plain text serves both


def said(text: Said, lang: str) -> str:
    """Return a text in `lang`."""
    return text if isinstance(text, str) else text[lang == "en"]


@dataclass(frozen=True)
class SpecProblem:
    """One fault in a spec or brand file: file, line, what, what to do."""

    file: str
    line: int
    message: Said
    hint: Said = ""

    def text(self, lang: str) -> str:
        """Render the fault in `lang`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        hint = said(self.hint, lang)
        return f"{place}: {said(self.message, lang)}" + (f" ({hint})" if hint else "")

    def __str__(self) -> str:
        return self.text("en")


class SpecErrors(Exception):
    """All faults found in one loading run."""

    def __init__(self, problems: list[SpecProblem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class SourceErrors(Exception):
    """Everything that is wrong with values to prefill from, or with their mapping.

    Attributes:
        exit_code: 1 faults in the data, 2 in the mapping or the call, 3 the file cannot be read.
    """

    def __init__(self, findings: list[Finding], exit_code: int) -> None:
        super().__init__(", ".join(sorted({f.code for f in findings})))
        self.findings = findings
        self.exit_code = exit_code
