"""Miniature templates that hold one of everything."""

PROBE = r"""
key: probe
number: 91
version: 2
group: angebote
title: {de: Probe, en: Sample}
purpose: {de: Zum Testen, en: For tests}
filled_by: {de: Test, en: Test}
rhythm: {de: nie, en: never}
lists:
  L_STUFE:
    title: {de: Stufe, en: Stage}
    spare: 3
    attributes:
      - {key: punkte, title: {de: Punkte, en: Points}, type: int}
    values:
      - {key: anfang, de: Anfang, en: Start, punkte: 1}
      - {key: ende, de: Ende, en: Finish, punkte: 3}
  L_HALB:
    title: {de: Halbjahr, en: Half-year}
    fix: true
    values:
      - {key: h1, de: erstes, en: first}
      - {key: h2, de: zweites, en: second}
sheets:
  - name: {de: Posten, en: Items}
    blocks:
      - kind: table
        key: posten
        rows: 12
        identity: [nr]
        fields:
          - {key: nr, title: {de: Nr., en: No.}, required: true, unique: true}
          - {key: bezeichnung, title: {de: Bezeichnung, en: Name}, required: true, personal: name}
          - {key: stufe, title: {de: Stufe, en: Stage}, type: choice, list: L_STUFE}
          - {key: menge, title: {de: Menge, en: Quantity}, type: int, min: 1, max: 100}
          - {key: preis, title: {de: Preis, en: Price}, type: money, required_if: "[@stufe]=L_STUFE.ende"}
          - {key: anteil, title: {de: Anteil, en: Share}, type: percent}
          - {key: faktor, title: {de: Faktor, en: Factor}, type: decimal, max: "[@menge]"}
          - {key: beginn, title: {de: Beginn, en: Begin}, type: date}
          - {key: ende, title: {de: Ende, en: End}, type: date, min: "[@beginn]"}
          - {key: monat, title: {de: Monat, en: Month}, type: month}
          - {key: uhr, title: {de: Uhrzeit, en: Time}, type: time}
          - {key: mail, title: {de: E-Mail, en: E-mail}, type: email}
          - {key: telefon, title: {de: Telefon, en: Phone}, type: phone}
          - {key: web, title: {de: Web, en: Web}, type: url}
          - {key: plz, title: {de: PLZ, en: Post code}, pattern: "\\d{5}"}
          - {key: notiz, title: {de: Notiz, en: Note}, type: long}
          - {key: vorher, title: {de: Vorgänger, en: Predecessor}, ref: posten.nr}
          - {key: kunde, title: {de: Kunde, en: Customer}, ref: kundenprobe.kunden.kunde}
          - {key: summe, title: {de: Summe, en: Total}, type: money, formula: "STRICT([@menge]*[@preis])"}
          - key: je
            title: {de: Je Stück, en: Each}
            type: decimal
            formula: "IF([@faktor]=\"\", \"\", [@preis]/[@faktor])"
          - key: punkte
            title: {de: Punkte, en: Points}
            type: int
            carried: true
            formula: "LOOKUP_IN(L_STUFE, [@stufe], punkte)"
          - {key: pos, title: {de: Pos., en: Pos.}, type: int, formula: "POS()"}
          - key: gut
            title: {de: Prüfung, en: Check}
            type: choice
            list: L_OK
            check: true
            formula: "IF([@menge]=99, L_OK.pruefen, L_OK.ok)"
        checks:
          - key: dreizehn
            when: "AND([@menge]=13, [@preis]=13)"
            field: preis
            message: {de: Zweimal 13., en: Twice 13.}
          - {key: vierzehn, when: "[@menge]=14", severity: warning, message: {de: Vierzehn., en: Fourteen.}}
  - name: {de: Werte, en: Values}
    blocks:
      - kind: form
        key: rahmen
        title: {de: Rahmen, en: Frame}
        fields:
          - {key: satz, title: {de: Satz, en: Rate}, type: percent, default: 0.19}
          - {key: grenze, title: {de: Grenze, en: Limit}, type: int, required_if: "[@satz]>0.5"}
          - {key: doppelt, title: {de: Doppelt, en: Double}, type: decimal, formula: "[@satz]*2"}
      - kind: kpis
        key: zahlen
        title: {de: Zahlen, en: Figures}
        fields:
          - {key: anzahl, title: {de: Anzahl, en: Count}, type: int, formula: "ROWS_OF(posten)"}
          - {key: umsatz, title: {de: Umsatz, en: Turnover}, type: money, formula: "SUM(posten[summe])"}
      - kind: summary
        key: ziele
        title: {de: Ziele, en: Targets}
        row: {key: stufe, title: {de: Stufe, en: Stage}, list: L_STUFE}
        fields:
          - {key: ziel, title: {de: Ziel, en: Target}, type: money}
          - key: ist
            title: {de: Ist, en: Actual}
            type: money
            formula: "SUMIFS(posten[summe], posten[stufe], [@stufe])"
      - kind: matrix
        key: plan
        title: {de: Plan, en: Plan}
        row: {key: stufe, title: {de: Stufe, en: Stage}, list: L_STUFE}
        col: {key: halb, title: {de: Halbjahr, en: Half-year}, list: L_HALB}
        cell: {key: wert, title: {de: Wert, en: Value}, type: int}
      - kind: matrix
        key: zaehlung
        title: {de: Zählung, en: Count}
        row: {key: stufe, title: {de: Stufen, en: Stages}, list: L_STUFE}
        col: {key: halb, title: {de: Halbjahre, en: Half-years}, list: L_HALB}
        cell: {key: n, title: {de: Anzahl, en: Number}, type: int, formula: "COUNTIFS(posten[stufe], [@stufe])"}
"""

KUNDENPROBE = r"""
key: kundenprobe
number: 92
version: 1
group: angebote
title: {de: Kundenprobe, en: Customer sample}
purpose: {de: Zum Testen, en: For tests}
filled_by: {de: Test, en: Test}
rhythm: {de: nie, en: never}
sheets:
  - name: {de: Kunden, en: Customers}
    blocks:
      - kind: table
        key: kunden
        rows: 5
        identity: [kunde, datum]
        fields:
          - {key: kunde, title: {de: Kunde, en: Customer}, required: true}
          - {key: datum, title: {de: Datum, en: Date}, type: date}
          - {key: alter, title: {de: Alter, en: Age}, type: int, formula: "STRICT(TODAY()-[@datum])"}
"""
