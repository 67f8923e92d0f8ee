"""What can be wrong with a brand file: what it is and what to do, in German and English."""

from __future__ import annotations

from typing import Any

Fault = tuple[tuple[str, str], tuple[str, str]]  # message and remedy, each in German and English

_FAULTS: dict[str, Fault] = {
    # -- the file
    "missing": (("Markendatei nicht gefunden", "brand file not found"), ("Pfad prüfen", "check the path")),
    "unreadable": (
        ("Markendatei nicht als UTF-8-Text lesbar", "brand file not readable as UTF-8 text"),
        ("als UTF-8 speichern", "save it as UTF-8"),
    ),
    "folder": (
        ("im Ordner ist keine Markendatei", "the folder has no brand file"),
        ("eine Datei NAME.yaml angeben", "give a file NAME.yaml"),
    ),
    "no_mapping": (
        ("hier gehören Schlüssel und Werte hin", "a mapping is expected"),
        ("siehe 'vorlagen brand new'", "see 'vorlagen brand new'"),
    ),
    # -- texts
    "control": (
        ("{name} enthält Zeilenumbrüche oder Steuerzeichen", "{name} has line breaks or control characters"),
        ("in einer Zeile schreiben", "write it in one line"),
    ),
    "long": (("{name} hat {count} Zeichen", "{name} has {count} characters"), ("höchstens {limit}", "at most {limit}")),
    "lines": (("{name} hat {count} Zeilen", "{name} has {count} lines"), ("höchstens {limit}", "at most {limit}")),
    # -- colours
    "no_colour": (
        ("hier fehlt eine Farbe", "a colour is missing here"),
        ("#RRGGBB in Anführungszeichen schreiben", "write #RRGGBB in quotes"),
    ),
    "colour": (
        ("'{text}' ist keine Farbe", "'{text}' is not a colour"),
        ("#RRGGBB in Anführungszeichen schreiben", "write #RRGGBB in quotes"),
    ),
    "colour_form": (
        ("'{text}' ist nicht #RRGGBB", "'{text}' is not #RRGGBB"),
        ("'{near}' schreiben", "write '{near}'"),
    ),
    "pale": (
        (
            "{name} {colour} ist zu blass: Kontrast zu Weiß {measured}:1, nötig {least}:1",
            "{name} {colour} is too pale: contrast to white {measured}:1, needed {least}:1",
        ),
        ("zum Beispiel {near}", "for example {near}"),
    ),
    # -- fonts
    "fallback": (
        ("fallback '{font}' kommt nicht mit Excel", "fallback '{font}' does not come with Excel"),
        ("eine von {known}", "one of {known}"),
    ),
    "font_name": (
        ("'{font}' ist kein Name einer Schrift", "'{font}' is not the name of a font"),
        ("zum Beispiel {known}", "for example {known}"),
    ),
    "font_case": (
        ("die Schrift '{font}' heißt '{near}'", "font '{font}' is called '{near}'"),
        ("'{near}' schreiben", "write '{near}'"),
    ),
    "font": (
        (
            "die Schrift '{font}' kommt nicht mit Excel; wem sie fehlt, der sieht eine andere",
            "font '{font}' does not come with Excel; whoever lacks it sees another one",
        ),
        ("eine von {known} nehmen oder fallback: … ergänzen", "take one of {known}, or add fallback: …"),
    ),
    # -- the logo
    "logo_missing": (
        ("Logo '{name}' nicht gefunden", "logo '{name}' not found"),
        ("der Pfad gilt ab dem Ordner der Markendatei", "the path starts at the folder of the brand file"),
    ),
    "logo_unreadable": (
        ("Logo '{name}' nicht lesbar", "logo '{name}' not readable"),
        ("Leserechte prüfen", "check the permissions"),
    ),
    "logo_bytes": (
        ("das Logo hat {size} MB", "the logo has {size} MB"),
        ("höchstens {limit} MB", "at most {limit} MB"),
    ),
    "logo_pixels": (
        ("das Logo hat {size} Pixel", "the logo has {size} pixels"),
        ("auf weniger als {limit} Megapixel verkleinern", "make it smaller than {limit} megapixels"),
    ),
    "logo_kind": (
        ("das Logo ist kein PNG, JPEG oder SVG", "the logo is no PNG, JPEG or SVG"),
        ("als PNG speichern", "save it as PNG"),
    ),
    "logo_damaged": (
        ("das Logo ist beschädigt", "the logo is damaged"),
        ("als PNG neu speichern", "save it again as PNG"),
    ),
    "logo_blank": (
        ("das Logo ist völlig durchsichtig", "the logo is completely transparent"),
        ("ein Bild mit sichtbarem Inhalt angeben", "give a picture that shows something"),
    ),
    "logo_small": (
        ("das Logo ist zu klein ({size} Pixel)", "the logo is too small ({size} pixels)"),
        ("mindestens {limit} Pixel, besser 300 und mehr", "at least {limit} pixels, better 300 and more"),
    ),
    "logo_narrow": (
        ("das Logo ist zu lang und schmal ({size})", "the logo is too long and narrow ({size})"),
        ("höchstens {limit}-mal so lang wie hoch", "at most {limit} times as long as high"),
    ),
    "logo_unseen": (
        (
            "das Logo ist weder auf Weiß noch auf der Hauptfarbe zu sehen",
            "the logo is seen neither on white nor on the primary colour",
        ),
        ("eine kräftigere Fassung angeben", "give a version with more contrast"),
    ),
    "svg_damaged": (
        ("das SVG-Logo ist beschädigt", "the SVG logo is damaged"),
        ("neu exportieren oder als PNG speichern", "export it again, or save it as PNG"),
    ),
    "svg_text": (
        ("das SVG-Logo enthält Text, dessen Schrift fehlen kann", "the SVG logo has text whose font may be missing"),
        ("Text in Pfade umwandeln", "convert the text to paths"),
    ),
    "svg_links": (
        ("das SVG-Logo verweist auf andere Dateien", "the SVG logo refers to other files"),
        ("die Bilder einbetten", "embed the pictures"),
    ),
    "svg_size": (
        ("das SVG-Logo hat keine Größe (viewBox)", "the SVG logo has no size (viewBox)"),
        ("neu exportieren", "export it again"),
    ),
    "svg_package": (
        ("für SVG-Logos fehlt das Paket resvg-py", "SVG logos need the package resvg-py"),
        ('pip install "vorlagen[svg]" oder als PNG speichern', 'pip install "vorlagen[svg]" or save it as PNG'),
    ),
    # -- lists
    "value": (
        ("hier gehört ein Listenwert hin", "a list value is expected"),
        ("einen Text oder {{wert: …, rolle: …}} schreiben", "write a text or {{wert: …, rolle: …}}"),
    ),
    "value_name": (
        ("Listenwert ohne Namen", "list value without a name"),
        ("wert: … oder de: … und en: … ergänzen", "add wert: …, or de: … and en: …"),
    ),
    "list_unknown": (
        ("unbekannte Liste '{key}'", "unknown list '{key}'"),
        ("gemeint ist vielleicht {near}", "did you mean {near}?"),
    ),
    "list_fixed": (("die Liste '{key}' ist fest", "list '{key}' is fixed"), ("weglassen", "leave it out")),
    "list_empty": (
        ("die Liste '{key}' ist leer", "list '{key}' is empty"),
        ("Werte angeben oder weglassen", "give values, or leave it out"),
    ),
    "list_twice": (
        ("die Liste '{key}' hat einen Wert doppelt", "list '{key}' has a value twice"),
        ("jeden Wert einmal schreiben", "write each value once"),
    ),
    "list_value": (
        ("die Liste '{key}' hat einen leeren oder unbrauchbaren Wert", "list '{key}' has a blank or unusable value"),
        ("1 bis {limit} Zeichen in einer Zeile", "1 to {limit} characters in one line"),
    ),
    "list_criterion": (
        (
            "{key}, {value}: Formeln verstünden den Wert als Vergleich oder Muster",
            "{key}, {value}: formulas would take the value for a comparison or a pattern",
        ),
        (
            "ohne * ? ~ schreiben und nicht mit < > = beginnen, zum Beispiel 'über 100'",
            "write it without * ? ~ and do not begin with < > =, for example 'over 100'",
        ),
    ),
    "list_formulas": (
        ("mit Werten der Liste '{key}' rechnen Formeln", "formulas use values of the list '{key}'"),
        ("mit {first} beginnen, eigene Werte dahinter", "begin with {first}, own values behind"),
    ),
    "attribute": (
        ("{key}, {value}: unbekannte Angabe '{name}'", "{key}, {value}: unknown attribute '{name}'"),
        ("bekannt: {known}", "known: {known}"),
    ),
    "attribute_value": (
        ("{key}, {value}: '{given}' ist kein Wert von {list}", "{key}, {value}: '{given}' is no value of {list}"),
        ("gemeint ist vielleicht {near}", "did you mean {near}?"),
    ),
    "attribute_number": (
        ("{key}, {value}: {name} fehlt oder ist keine Zahl", "{key}, {value}: {name} is missing or no number"),
        ("{{wert: …, {name}: 5}} schreiben", "write {{wert: …, {name}: 5}}"),
    ),
}  # fmt: skip


class BadBrand(Exception):
    """A part of a brand that is of no use."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault[0][1])
        self.fault = fault


def fault(name: str, /, **facts: Any) -> Fault:
    """Return message and remedy; a pair among the facts stands for German and English."""
    german, english = ({k: v[n] if isinstance(v, tuple) else v for k, v in facts.items()} for n in (0, 1))
    (what_de, what_en), (do_de, do_en) = _FAULTS[name]
    return (what_de.format(**german), what_en.format(**english)), (do_de.format(**german), do_en.format(**english))
