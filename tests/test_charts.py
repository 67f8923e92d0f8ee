"""Charts as a program draws them: read from the XML of the example workbooks."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import workbooks

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def charts_in(path: Path) -> dict[str, ET.Element]:
    """The charts of a workbook by the names of their files."""
    with zipfile.ZipFile(path) as package:
        return {n: ET.fromstring(package.read(n)) for n in package.namelist() if n.startswith("xl/charts/chart")}


def share_axes(chart: ET.Element) -> Iterator[tuple[ET.Element, float]]:
    """Visible axes of shares, each with the largest value drawn along it."""
    for axis in chart.iter(f"{C}valAx"):
        number = axis.find(f"{C}axId").get("val")  # type: ignore[union-attr]
        hidden = axis.find(f"{C}delete")
        if "%" not in axis.find(f"{C}numFmt").get("formatCode", ""):  # type: ignore[union-attr]
            continue
        if hidden is not None and hidden.get("val") == "1":
            continue
        values = [
            float(v.text or 0)
            for group in chart.find(f"{C}chart/{C}plotArea") or ()
            if number in [i.get("val") for i in group.findall(f"{C}axId")]
            for v in group.findall(f"{C}ser/{C}val//{C}v")
            if re.fullmatch(r"-?[\d.]+(E-?\d+)?", v.text or "")
        ]
        yield axis, max(values, default=0.0)


def of_shares() -> list[str]:
    """Templates with a chart that may have an axis of shares."""
    texts = {key: entry.source for key, entry in workbooks.CATALOG.entries.items()}
    return [key for key, text in texts.items() if re.search(r"format: percent|secondary: true", text)]


@pytest.mark.parametrize("key", of_shares())
def test_axis_of_shares_ends_at_100_percent(key: str, tmp_path: Path) -> None:
    for name, chart in charts_in(workbooks.write(tmp_path, key, limit=1)).items():
        for axis, largest in share_axes(chart):
            end = axis.find(f"{C}scaling/{C}max")
            grouping = {g.get("val") for g in chart.iter(f"{C}grouping")}
            if largest == 1.0 and "percentStacked" not in grouping:
                assert end is not None, f"{name}: full shares on an axis that a program ends at 120 %"
                assert float(end.get("val", "0")) == 1.0
