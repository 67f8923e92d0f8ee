"""What tests of several modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.libreoffice import Office, have_libreoffice


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The running LibreOffice; its tests are reported as not run where it is not installed."""
    if not have_libreoffice():
        pytest.skip("LibreOffice or its Python bindings are not installed")
    opened = Office(tmp_path_factory.mktemp("libreoffice"))
    yield opened
    opened.close()
