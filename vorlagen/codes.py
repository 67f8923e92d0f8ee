"""The catalogue of findings: one code per cause, in German and English.

`vorlagen explain CODE` and the docs print it, and tests assert codes, not prose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Code:
    """A kind of finding.

    Attributes:
        message: German and English text with placeholders for facts that hold no personal value.
        remedy: what to do.
    """

    severity: Severity
    message: tuple[str, str]
    remedy: tuple[str, str]


_NEW = ("Vorlage neu erzeugen oder beim Absender eine unveränderte Mappe anfordern.", "Generate the template again or ask the sender for an unaltered workbook.")  # fmt: skip
_CELL = ("Zelle berichtigen.", "Correct the cell.")

CODES: dict[str, Code] = {
    # -- the file -------------------------------------------------------------------------
    "E_FILE_UNREADABLE": Code(
        "error",
        ("Die Datei ist keine lesbare Excel-Arbeitsmappe ({reason}).", "The file is not a readable workbook ({reason})."),
        ("Datei in Excel öffnen und als .xlsx neu speichern.", "Open the file in Excel and save it again as .xlsx."),
    ),
    "E_FILE_MISSING": Code(
        "error",
        ("Die Datei oder der Ordner ist nicht vorhanden.", "The file or folder does not exist."),
        ("Pfad prüfen.", "Check the path."),
    ),
    "E_FOLDER_UNREADABLE": Code(
        "error",
        ("Der Ordner kann nicht gelesen werden.", "The folder cannot be read."),
        ("Leserechte prüfen.", "Check the permissions."),
    ),
    "E_FILE_FORMAT": Code(
        "error",
        ("Das Format {format} wird nicht gelesen.", "The format {format} is not read."),
        ("In Excel als „Excel-Arbeitsmappe (.xlsx)“ speichern.", "Save it in Excel as 'Excel Workbook (.xlsx)'."),
    ),
    "E_FILE_ENCRYPTED": Code(
        "error",
        ("Die Mappe ist mit einem Kennwort verschlüsselt.", "The workbook is encrypted with a password."),
        ("Ohne Kennwort speichern und neu senden.", "Save it without a password and send it again."),
    ),
    "E_FILE_MACRO": Code(
        "error",
        ("Die Mappe enthält Makros.", "The workbook contains macros."),
        ("Als .xlsx ohne Makros speichern.", "Save it as .xlsx without macros."),
    ),
    "E_FILE_LIMIT": Code(
        "error",
        ("Die Datei überschreitet eine Grenze: {limit}.", "The file exceeds a limit: {limit}."),
        _NEW,
    ),
    "E_LIMIT_MEMORY": Code(
        "error",
        ("Das Lesen der Datei braucht zu viel Speicher.", "Reading the file takes too much memory."),
        ("Mappe neu erzeugen und die Daten übertragen; sonst die Grenze mit --limit-memory anheben.", "Generate the workbook again and copy the data; otherwise raise the limit with --limit-memory."),
    ),
    "E_LIMIT_TIME": Code(
        "error",
        ("Das Lesen der Datei dauert zu lange.", "Reading the file takes too long."),
        ("Mappe neu erzeugen und die Daten übertragen; sonst die Grenze mit --limit-seconds anheben.", "Generate the workbook again and copy the data; otherwise raise the limit with --limit-seconds."),
    ),
    "E_LIMIT_CRASH": Code(
        "error",
        ("Beim Lesen der Datei ist der Leseprozess ausgefallen.", "The reading process failed on this file."),
        _NEW,
    ),
    "E_NO_TEMPLATE": Code(
        "error",
        ("Die Mappe trägt keine Kennung einer Vorlage.", "The workbook carries no template identity."),
        (
            "Daten in eine mit „vorlagen generate“ erzeugte Mappe übertragen.",
            "Copy the data into a workbook made by 'vorlagen generate'.",
        ),
    ),
    "E_UNKNOWN_TEMPLATE": Code(
        "error",
        ("Die Vorlage „{template}“ ist nicht im Katalog.", "The template '{template}' is not in the catalogue."),
        ("Mit --specs den Ordner der Vorlage angeben.", "Name the folder of the template with --specs."),
    ),
    "E_TEMPLATE_VERSION": Code(
        "error",
        (
            "Die Mappe hat Version {found} der Vorlage, der Katalog Version {expected}.",
            "The workbook has version {found} of the template, the catalogue version {expected}.",
        ),
        _NEW,
    ),
    "W_SPEC_CHANGED": Code(
        "warning",
        (
            "Die Vorlage wurde seit dem Erzeugen der Mappe geändert.",
            "The template has changed since the workbook was generated.",
        ),
        ("Ergebnis prüfen; bei Abweichungen Mappe neu erzeugen.", "Check the result; generate the workbook again if it differs."),
    ),
    "E_BLOCK_MISSING": Code(
        "error",
        ("Der Bereich „{area}“ fehlt in der Mappe.", "The area '{area}' is missing from the workbook."),
        _NEW,
    ),
    "E_COLUMN_MISSING": Code(
        "error",
        ("Die Spalte „{title}“ fehlt.", "The column '{title}' is missing."),
        ("Spalte mit der ursprünglichen Überschrift wiederherstellen.", "Restore the column with its original heading."),
    ),
    "W_COLUMN_UNKNOWN": Code(
        "warning",
        ("Die Spalte „{title}“ gehört nicht zur Vorlage und wird nicht gelesen.", "The column '{title}' is not part of the template and is not read."),
        ("Inhalt bei Bedarf in eine Spalte der Vorlage übertragen.", "Move the content to a column of the template if needed."),
    ),
    "E_FIELD_MISSING": Code(
        "error",
        ("Das Feld „{title}“ fehlt (Zelle gelöscht).", "The field '{title}' is missing (cell deleted)."),
        _NEW,
    ),
    "I_SHEET_UNKNOWN": Code(
        "info",
        ("Das Blatt gehört nicht zur Vorlage und wird nicht gelesen.", "The sheet is not part of the template and is not read."),
        ("Nichts zu tun, wenn dort keine Daten der Vorlage stehen.", "Nothing to do if it holds no data of the template."),
    ),
    "E_SHEET_TWIN": Code(
        "error",
        ("Das Blatt hat noch einmal die Spalten des Blatts „{area}“, mit Einträgen; es wird nicht gelesen.", "The sheet has the columns of the sheet '{area}' once more, with entries; it is not read."),
        ("Die Zeilen in ein Blatt zusammenführen und das andere löschen.", "Bring the rows together on one sheet and delete the other."),
    ),
    "I_SHEET_HIDDEN": Code(
        "info",
        ("Das Blatt ist ausgeblendet; es wird gelesen.", "The sheet is hidden; it is read."),
        ("Nichts zu tun; zum Ansehen einblenden.", "Nothing to do; unhide it to look at it."),
    ),
    "I_ROWS_HIDDEN": Code(
        "info",
        ("{count} Zeilen mit Angaben sind ausgeblendet oder ausgefiltert; sie werden gelesen.", "{count} rows with entries are hidden or filtered out; they are read."),
        ("Nichts zu tun; zum Ansehen Filter löschen und Zeilen einblenden.", "Nothing to do; clear the filter and unhide rows to look at them."),
    ),
    "W_LISTS_MISSING": Code(
        "warning",
        ("Auswahllisten fehlen in der Mappe ({names}); es gelten die der Vorlage.", "Choice lists are missing from the workbook ({names}); those of the template count."),
        ("Eigene Listenwerte auf dem Blatt Listen einer neuen Mappe ergänzen.", "Add values of your own on the sheet Lists of a new workbook."),
    ),
    "W_PLACE_DIFFERS": Code(
        "warning",
        ("Tabelle oder Namen zeigen an eine andere Stelle als Überschriften und Beschriftungen; gelesen wird, was bei diesen steht.", "The table or names point to another place than headings and labels; what stands beside these is read."),
        ("Ergebnis prüfen; ein Programm hat Zeilen verschoben, ohne Tabelle und Namen mitzunehmen.", "Check the result; a program has moved rows without the table and names."),
    ),
    # -- the cell -------------------------------------------------------------------------
    "E_VALUE_TYPE": Code(
        "error",
        ("„{title}“ enthält keinen Wert der Art {type}.", "'{title}' does not hold a value of type {type}."),
        _CELL,
    ),
    "E_VALUE_AMBIGUOUS": Code(
        "error",
        ("„{title}“ ist mehrdeutig (etwa 1.234 oder 3 in einem Prozentfeld).", "'{title}' is ambiguous (such as 1.234, or 3 in a percentage)."),
        ("Als Zahl oder Datum eingeben, nicht als Text.", "Enter it as a number or date, not as text."),
    ),
    "E_VALUE_ERROR": Code(
        "error",
        ("„{title}“ enthält den Excel-Fehler {error}.", "'{title}' holds the Excel error {error}."),
        ("Wert neu eingeben.", "Enter the value again."),
    ),
    "E_VALUE_RANGE": Code(
        "error",
        ("„{title}“ liegt außerhalb des erlaubten Bereichs ({limit}).", "'{title}' is outside the allowed range ({limit})."),
        _CELL,
    ),
    "E_VALUE_PATTERN": Code(
        "error",
        ("„{title}“ hat nicht die vorgeschriebene Form.", "'{title}' does not have the required form."),
        _CELL,
    ),
    "E_VALUE_LENGTH": Code(
        "error",
        ("„{title}“ ist länger als {limit} Zeichen.", "'{title}' is longer than {limit} characters."),
        ("Text kürzen.", "Shorten the text."),
    ),
    "W_VALUE_CHOICE": Code(
        "warning",
        ("„{title}“ enthält einen Wert, der nicht in der Auswahlliste steht.", "'{title}' holds a value that is not in the choice list."),
        ("Wert aus der Liste wählen oder auf dem Blatt Listen ergänzen.", "Choose a value from the list or add it on the sheet Lists."),
    ),
    "W_VALUE_FIXED": Code(
        "warning",
        ("„{title}“ enthält einen Wert, der nicht in der festen Auswahlliste steht.", "'{title}' holds a value that is not in the fixed choice list."),
        ("Wert aus der Liste wählen; die Liste ist fest.", "Choose a value from the list; the list is fixed."),
    ),
    "W_VALUE_CONVERTED": Code(
        "warning",
        ("„{title}“ war in anderer Form eingetragen und wurde umgewandelt.", "'{title}' was entered in another form and has been converted."),
        ("In der Form des Feldes eingeben oder aus der Liste wählen.", "Enter it in the form of the field or choose it from the list."),
    ),
    "E_INPUT_FORMULA": Code(
        "error",
        ("Das Eingabefeld „{title}“ enthält eine Formel.", "The input '{title}' holds a formula."),
        ("Wert statt der Formel eintragen.", "Enter the value instead of the formula."),
    ),
    # -- the row --------------------------------------------------------------------------
    "E_REQUIRED": Code(
        "error",
        ("Pflichtangabe „{title}“ fehlt.", "The required entry '{title}' is missing."),
        ("Feld ausfüllen.", "Fill in the field."),
    ),
    "E_ROW_NO_KEY": Code(
        "error",
        ("Die Zeile hat Angaben, aber keinen Schlüssel „{title}“.", "The row has entries but no key '{title}'."),
        ("Schlüssel eintragen oder Zeile leeren.", "Enter the key or clear the row."),
    ),
    "I_ROW_IGNORED": Code(
        "info",
        ("Die Zeile ist eine Summenzeile und wird nicht gelesen.", "The row is a total and is not read."),
        ("Nichts zu tun.", "Nothing to do."),
    ),
    "W_ROW_NOTE": Code(
        "warning",
        ("Unter der Tabelle steht ein einzelner Text; er gilt als Notiz, nicht als Zeile der Liste.", "A single text stands below the table; it counts as a note, not as a row of the list."),
        ("Nichts zu tun; ist es eine Zeile, die übrigen Pflichtangaben ergänzen.", "Nothing to do; if it is a row, complete its required entries."),
    ),
    "W_ROWS_OUTSIDE": Code(
        "warning",
        ("Ab dieser Zeile stehen Einträge unterhalb der Tabelle; dort fehlen ihre Formeln und Auswahllisten.", "From this row on, entries stand below the table, without its formulas and choice lists."),
        ("Die Zeilen werden gelesen; in der Mappe die Tabelle bis zur letzten Zeile vergrößern.", "The rows are read; in the workbook, resize the table to include its last row."),
    ),
    "E_DUPLICATE": Code(
        "error",
        ("„{title}“ kommt mehrfach vor (auch in Zeile {other}).", "'{title}' occurs more than once (also in row {other})."),
        ("Schlüssel eindeutig vergeben.", "Make the key unique."),
    ),
    "E_REFERENCE": Code(
        "error",
        ("„{title}“ verweist auf einen Eintrag, den es in {target} nicht gibt.", "'{title}' refers to an entry that does not exist in {target}."),
        ("Eintrag anlegen oder Verweis berichtigen.", "Create the entry or correct the reference."),
    ),
    "E_CHECK": Code("error", ("{text}", "{text}"), _CELL),
    "W_CHECK_FAILED": Code(
        "warning",
        ("Die Prüfung „{title}“ zeigt „{label}“.", "The check '{title}' shows '{label}'."),
        ("Angaben prüfen, auf denen die Prüfung beruht.", "Check the entries that the check is based on."),
    ),
    "E_CYCLE": Code(
        "error",
        (
            "„{title}“ hängt von sich selbst oder von einer späteren Zeile ab.",
            "'{title}' depends on itself or on a later row.",
        ),
        ("Nur auf Zeilen darüber verweisen.", "Refer to rows above only."),
    ),
    "E_COMPUTED_ERROR": Code(
        "error",
        ("Die Berechnung von „{title}“ ergibt den Fehler {error}.", "The calculation of '{title}' results in the error {error}."),
        ("Eingaben prüfen, auf denen die Berechnung beruht.", "Check the entries the calculation is based on."),
    ),
    # -- computed cells ---------------------------------------------------------------------
    "W_FORMULA_OVERWRITTEN": Code(
        "warning",
        (
            "Die Formel von „{title}“ wurde überschrieben.",
            "The formula of '{title}' has been overwritten.",
        ),
        ("Der Wert wurde neu berechnet; Formel aus einer Nachbarzeile kopieren.", "The value was recomputed; copy the formula from a neighbouring row."),
    ),
    "W_FORMULA_DIFFERS": Code(
        "warning",
        (
            "Der gespeicherte Wert von „{title}“ weicht von der Berechnung ab.",
            "The stored value of '{title}' differs from the calculation.",
        ),
        ("Mappe in Excel öffnen, neu berechnen und speichern.", "Open the workbook in Excel, recalculate and save."),
    ),
    # -- merging ----------------------------------------------------------------------------
    "E_MERGE_PARAMETER": Code(
        "error",
        (
            "Der Parameter „{title}“ unterscheidet sich zwischen den Mappen; die Vorlage wird nicht zusammengeführt.",
            "The parameter '{title}' differs between the workbooks; the template is not merged.",
        ),
        ("Parameter in allen Mappen angleichen.", "Make the parameter equal in all workbooks."),
    ),
    "W_MERGE_CONFLICT": Code(
        "warning",
        ("Derselbe Schlüssel steht mit verschiedenen Angaben in mehreren Mappen.", "The same key stands with different entries in several workbooks."),
        ("Blatt Konflikte prüfen.", "See the sheet Conflicts."),
    ),
    "E_MERGE_CONFLICT": Code(
        "error",
        (
            "Derselbe Schlüssel steht mit verschiedenen Angaben in mehreren Mappen; die Zeilen werden zurückgehalten.",
            "The same key stands with different entries in several workbooks; the rows are held back.",
        ),
        ("Mit den Absendern klären, welche Zeile gilt.", "Clarify with the senders which row is right."),
    ),
    "E_MERGE_STOCK": Code(
        "error",
        (
            "Die Mappe hat einen anderen Stichtagsmonat ({month}); Bestände werden nicht vermischt.",
            "The workbook has another reference month ({month}); stocks are not mixed.",
        ),
        ("Mappe zum gemeinsamen Stichtag anfordern.", "Ask for the workbook at the common reference date."),
    ),
    "W_MERGE_LIST": Code(
        "warning",
        ("Die Angaben zu „{title}“ unterscheiden sich; es gilt die neueste Mappe.", "The details of '{title}' differ; the newest workbook counts."),
        ("Blatt Listen in allen Mappen angleichen.", "Make the sheet Lists equal in all workbooks."),
    ),
    "I_MERGE_SAME": Code(
        "info",
        ("Nach Ihrer Entscheidung ist {old} dieselbe Firma wie {new}; der Satz zählt als {new}.", "By your decision {old} is the same company as {new}; the record counts as {new}."),
        ("Im Bestand zusammenlegen, damit der Satz nicht wiederkommt.", "Unite both in the source, so that the record does not come back."),
    ),
    "E_DECISION_SHEET": Code(
        "error",
        ("Keine Entscheidungen gefunden: Es fehlen die Spalten {columns}.", "No decisions found: the columns {columns} are missing."),
        (
            "Die konsolidierte Mappe mit dem Blatt Dubletten oder eine CSV mit diesen Spalten angeben.",
            "Name the consolidated workbook with the sheet Duplicates, or a CSV with these columns.",
        ),
    ),
    "E_DECISION_VALUE": Code(
        "error",
        ("Die Zeile ist keine Entscheidung: „{column}“ muss gleich oder verschieden sein, mit Liste und zwei Schlüsseln.", "The row is no decision: '{column}' must be same or different, with the list and two keys."),
        ("Zeile berichtigen oder die Entscheidung leeren.", "Correct the row, or clear the decision."),
    ),
    "E_DECISION_TWICE": Code(
        "error",
        ("{a} und {b} stehen einmal als gleich und einmal als verschieden da.", "{a} and {b} stand once as the same and once as different."),
        ("Eine der beiden Entscheidungen streichen.", "Remove one of the two decisions."),
    ),
    "E_DECISION_CIRCLE": Code(
        "error",
        ("{a} und {b} sollen verschieden sein, sind aber über andere Entscheidungen gleich.", "{a} and {b} are to be different, but are the same by way of other decisions."),
        ("Die Entscheidungen zu beiden Schlüsseln in Einklang bringen.", "Make the decisions on both keys agree."),
    ),
    "I_MERGE_STICHTAG": Code(
        "info",
        ("Die Mappen haben verschiedene Stichtage; es gilt der neueste ({day}).", "The workbooks have different cut-off dates; the newest counts ({day})."),
        ("Mappen zum gemeinsamen Stichtag anfordern, wenn Fristen und Alter zählen.", "Ask for workbooks of one cut-off date when due dates and ages matter."),
    ),
    "W_FILE_DUPLICATE": Code(
        "warning",
        ("Die Datei hat denselben Inhalt wie {other} und zählt nicht.", "The file has the same content as {other} and does not count."),
        ("Doppelte Datei entfernen.", "Remove the duplicate file."),
    ),
    "E_FILE_CONFLICT": Code(
        "error",
        (
            "Mappen-Nr. und Zeitraum stehen mit anderem Inhalt auch in {other} (Unterschiede: {sheets}); keine der Mappen zählt.",
            "Workbook no. and period stand with other content in {other} too (differences: {sheets}); none of the workbooks counts.",
        ),
        (
            "Mit dem Absender klären, welche Mappe gilt, und die anderen aus dem Ordner nehmen; sind es verschiedene Mappen, die Mappen-Nr. ändern.",
            "Clarify with the sender which workbook is right and take the others out of the folder; if they are different workbooks, change the workbook no.",
        ),
    ),
    "I_FILE_SKIPPED": Code(
        "info",
        ("Sperr- oder temporäre Datei, übersprungen.", "Lock or temporary file, skipped."),
        ("Nichts zu tun.", "Nothing to do."),
    ),
    # -- the command line -----------------------------------------------------------------
    "E_USAGE": Code(
        "error",
        ("Der Aufruf ist nicht vollständig oder nicht richtig.", "The command is incomplete or wrong."),
        ("Mit --help die Optionen ansehen.", "See the options with --help."),
    ),
    "E_KEY_UNKNOWN": Code(
        "error",
        ("Die Vorlage „{template}“ gibt es nicht.", "There is no template '{template}'."),
        (
            "Am ähnlichsten: {near}. Alle zeigt „vorlagen list“.",
            "Most similar: {near}. 'vorlagen list' shows all.",
        ),
    ),
    "E_CODE_UNKNOWN": Code(
        "error",
        ("Den Code „{name}“ gibt es nicht.", "There is no code '{name}'."),
        ("Am ähnlichsten: {near}.", "Most similar: {near}."),
    ),
    "E_EXISTS": Code(
        "error",
        ("Schon vorhanden: {names}. Nichts wurde geschrieben.", "Already there: {names}. Nothing was written."),
        (
            "Mit --force überschreiben oder einen anderen Zielordner angeben.",
            "Overwrite with --force, or name another target folder.",
        ),
    ),
    # -- values to prefill with -----------------------------------------------------------
    "E_SOURCE_FORMAT": Code(
        "error",
        (
            "Werte werden aus .json, .csv und .xlsx übernommen, nicht aus „{format}“.",
            "Values are taken from .json, .csv and .xlsx, not from '{format}'.",
        ),
        ("Datei in einem dieser Formate speichern.", "Save the file in one of these formats."),
    ),
    "E_SOURCE_UNREADABLE": Code(
        "error",
        ("Die Datei ist nicht lesbar ({reason}).", "The file is not readable ({reason})."),
        ("Datei prüfen und neu speichern.", "Check the file and save it again."),
    ),
    "E_SOURCE_HEADING": Code(
        "error",
        ("Es gibt keine Zeile mit Überschriften.", "There is no row of headings."),
        ("Überschriften in die erste Zeile schreiben.", "Put headings in the first row."),
    ),
    "E_SOURCE_EMPTY": Code(
        "error",
        ("Unter den Überschriften steht keine Zeile.", "There is no line below the headings."),
        ("Export mit Daten angeben.", "Name an export that holds data."),
    ),
    "E_SOURCE_TWICE": Code(
        "error",
        ("Die Spalte „{column}“ kommt zweimal vor.", "The column '{column}' occurs twice."),
        ("Eine der beiden umbenennen oder entfernen.", "Rename or remove one of them."),
    ),
    "E_SOURCE_RAGGED": Code(
        "error",
        ("Die Zeile hat mehr Spalten als die Überschrift.", "The row has more columns than the heading."),
        ("Trennzeichen und Anführungszeichen prüfen.", "Check separators and quotation marks."),
    ),
    "E_SOURCE_COLUMN": Code(
        "error",
        ("Die Spalte „{column}“ gehört zu keinem Eingabefeld.", "The column '{column}' belongs to no input field."),
        (
            "Am ähnlichsten: {near}. Spalte umbenennen, entfernen oder mit --map zuordnen.",
            "Most similar: {near}. Rename it, remove it, or assign it with --map.",
        ),
    ),
    "E_SOURCE_KEY": Code(
        "error",
        ("Den Schlüssel „{key}“ kennt die Vorlage nicht.", "The template does not know the key '{key}'."),
        ("Am ähnlichsten: {near}.", "Most similar: {near}."),
    ),
    "E_SOURCE_SHAPE": Code(
        "error",
        ("„{key}“ hat nicht die erwartete Form ({expected}).", "'{key}' does not have the expected form ({expected})."),
        ("So schreiben, wie „vorlagen read --json“ es ausgibt.", "Write it as 'vorlagen read --json' prints it."),
    ),
    "E_SOURCE_TEMPLATE": Code(
        "error",
        ("Die Datei gehört zur Vorlage „{found}“, nicht zu „{expected}“.", "The file belongs to the template '{found}', not '{expected}'."),
        ("Andere Vorlage oder andere Datei angeben.", "Name another template or another file."),
    ),
    "E_SOURCE_CHOICE": Code(
        "error",
        ("„{title}“: Der Wert steht nicht in der Auswahlliste {list}.", "'{title}': the value is not in the choice list {list}."),
        (
            "Am ähnlichsten: {near}. Sonst in der Zuordnung übersetzen (values) oder die Liste erweitern (extend_lists).",
            "Most similar: {near}. Otherwise translate it in the mapping (values) or extend the list (extend_lists).",
        ),
    ),
    "E_SOURCE_CONFLICT": Code(
        "error",
        ("„{column}“ ist in den Zeilen, die zusammengehören, nicht einheitlich.", "'{column}' is not uniform in the lines that belong together."),
        ("In der Zuordnung first, sum, count oder largest wählen.", "Choose first, sum, count or largest in the mapping."),
    ),
    "E_SOURCE_LOOKUP": Code(
        "error",
        ("Der Wert von „{column}“ steht nicht in der Nachschlagedatei „{lookup}“.", "The value of '{column}' is not in the look-up file '{lookup}'."),
        ("Datei ergänzen oder in der Zuordnung first_of mit einem Ersatzwert schreiben.", "Complete the file, or write first_of with a substitute in the mapping."),
    ),
    "E_SOURCE_UNMAPPED": Code(
        "error",
        ("Für den Wert von „{column}“ nennt die Zuordnung keine Übersetzung.", "The mapping names no translation for the value of '{column}'."),
        ("Unter values ergänzen oder otherwise angeben.", "Add it under values, or state otherwise."),
    ),
    "E_MAP_COLUMN": Code(
        "error",
        ("Die Spalte „{column}“ fehlt in {file}.", "The column '{column}' is missing from {file}."),
        ("Am ähnlichsten: {near}. Zuordnung oder Datei berichtigen.", "Most similar: {near}. Correct the mapping or the file."),
    ),
    "E_MAP_NAME": Code(
        "error",
        ("Die Zuordnung nennt „{name}“; das gibt es nicht.", "The mapping names '{name}', which does not exist."),
        ("Am ähnlichsten: {near}.", "Most similar: {near}."),
    ),
    "E_MAP_COMPUTED": Code(
        "error",
        ("„{name}“ wird berechnet und kann nicht vorgegeben werden.", "'{name}' is computed and cannot be given."),
        ("Aus der Zuordnung entfernen.", "Remove it from the mapping."),
    ),
    "E_MAP_USE": Code(
        "error",
        ("Die Zuordnung passt nicht zur Quelle {file}: nur .csv und einfache .xlsx haben Spalten.", "The mapping does not fit {file}: only .csv and plain .xlsx have columns."),
        ("Ohne --map aufrufen oder die Daten als .csv speichern.", "Call without --map, or save the data as .csv."),
    ),
    "I_FILE_OTHER": Code(
        "info", ("Keine Arbeitsmappe, übersprungen.", "Not a workbook, skipped."), ("Nichts zu tun.", "Nothing to do.")
    ),
    "W_FILE_ARCHIVE": Code(
        "warning", ("Ein Archiv, nicht geöffnet: Mappen darin zählen nicht.", "An archive, not opened: workbooks in it do not count."), ("Entpacken, wenn ausgefüllte Mappen darin sind, und den Ordner angeben.", "Unpack it if it holds filled-in workbooks, and give the folder.")
    ),
    # -- output -----------------------------------------------------------------------------
    "E_OUTPUT": Code(
        "error",
        ("Die Ausgabe „{name}“ konnte nicht geschrieben werden ({reason}).", "The output '{name}' could not be written ({reason})."),
        ("Datei schließen oder anderen Ordner wählen.", "Close the file or choose another folder."),
    ),
    "E_OUTPUT_ROWS": Code(
        "error",
        ("Der Bereich „{block}“ hat {rows} Zeilen; ein Excel-Blatt fasst {limit}.", "The area '{block}' has {rows} rows; an Excel sheet holds {limit}."),
        ("Als csv, parquet oder duckdb ausgeben (--to).", "Write csv, parquet or duckdb instead (--to)."),
    ),
    "E_OUTPUT_EXTRA": Code(
        "error",
        ("Für die Ausgabe {format} fehlt das Paket {package}.", "The output {format} needs the package {package}."),
        ("pip install \"vorlagen[{extra}]\"", "pip install \"vorlagen[{extra}]\""),
    ),
    "E_INTERNAL": Code(
        "error",
        ("Interner Fehler ({incident}).", "Internal error ({incident})."),
        ("Mit --debug wiederholen und den Bericht weitergeben.", "Repeat with --debug and pass the report on."),
    ),
}  # fmt: skip
