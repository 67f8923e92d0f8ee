"""A template described for people and programs: its sheets, blocks, fields and where they lie."""

from __future__ import annotations

from typing import Any

from vorlagen.layout import Layout, Placed, make_layout
from vorlagen.spec import Chart, Field, Formula, Lang, Prose, Table, Template


def field_json(layout: Layout, placed: Placed, item: Field) -> dict[str, Any]:
    """Return one field: what it is and where it stands."""
    single = item.key in placed.cells
    place = placed.place(item.key)
    formula = item.formula.text if item.formula is not None and item.formula.text else None
    return {
        "block": placed.block.key,
        "key": item.key,
        "type": item.type,
        "required": item.required,
        "required_if": item.required_if.text if item.required_if else None,
        "title": item.title[layout.lang],
        "formula": formula,
        "list": item.list,
        "help": item.help[layout.lang] if item.help else None,
        "unit": item.unit[layout.lang] if item.unit else None,
        "note": item.note.text if isinstance(item.note, Formula) else (item.note[layout.lang] if item.note else None),
        "good": item.good,
        "sheet": placed.sheet,
        "cell": place if single else None,
        "range": None if single else place,
        "defined_name": placed.defined_name(item.key),
    }


def template_json(template: Template, lang: Lang) -> dict[str, Any]:
    """Return a template in the shape of ``show --json``."""
    layout = make_layout(template, lang)
    sheets, fields = [], []
    for sheet in layout.sheets:
        blocks = []
        for placed in sheet.blocks:
            block = placed.block
            blocks.append(
                {
                    "key": block.key,
                    "kind": block.kind,
                    "title": block.title[lang] if block.title else None,
                    "rows": placed.rows if isinstance(block, Table) else None,
                    "identity": list(block.identity) if isinstance(block, Table) else [],
                    "table": placed.table,
                }
            )
            if not isinstance(block, Chart | Prose):
                fields += [field_json(layout, placed, item) for item in block.all_fields]
        sheets.append({"name": sheet.name, "role": sheet.role, "blocks": blocks})
    return {
        "key": template.key,
        "number": template.number,
        "version": template.version,
        "group": template.group,
        "title": template.title[lang],
        "purpose": template.purpose[lang],
        "filled_by": template.filled_by[lang],
        "rhythm": template.rhythm[lang],
        "lists": [{"key": c.key, "title": c.title[lang], "values": [v.label[lang] for v in c.values], "fix": c.fix}
                  for c in template.lists],
        "sheets": sheets,
        "fields": fields,
    }  # fmt: skip


def template_text(template: Template, lang: Lang) -> str:
    """Return a template as an outline to read."""
    data = template_json(template, lang)
    required, computed = ("Pflicht", "berechnet") if lang == "de" else ("required", "computed")
    lines = [
        f"{data['number']:02d} {data['key']}: {data['title']}",
        data["purpose"],
        f"{data['filled_by']}, {data['rhythm']}",
    ]
    for sheet in data["sheets"]:
        if not sheet["blocks"]:
            continue
        lines += ["", sheet["name"]]
        for block in sheet["blocks"]:
            head = f"  [{block['kind']}] {block['key']}"
            lines.append(f"{head}: {block['title']}" if block["title"] else head)
            for item in data["fields"]:
                if item["block"] != block["key"]:
                    continue
                marks = [item["type"] + (f" {item['list']}" if item["list"] else "")]
                marks += [required] if item["required"] else []
                marks += [computed] if item["formula"] else []
                place = item["cell"] or item["range"]
                lines.append(f"    {item['key']:<24} {item['title']} ({', '.join(marks)}) {place}")
    return "\n".join(lines)
