from collections.abc import Callable
from typing import Any

import pytest

from connectors.erp.export_files import find_exports, read_export
from connectors.erp.settings import ExportProfile
from connectors.kit.delimited_text import UnreadableFile
from tests.connectors.erp.conftest import NOW

WriteLine = Callable[..., str]
ExportFolder = Any


def test_exports_are_found_newest_first_and_without_hidden_files(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("a.csv", line("1"), day=2)
    folder.put("b.csv", line("2"), day=1)
    folder.put(".hidden.csv", line("3"), day=3)
    exports = find_exports("books", folder.home, "*.csv", NOW)
    assert [export.name for export in exports] == ["a.csv", "b.csv"]


def test_an_export_that_changed_since_it_was_found_is_refused(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1"))
    (export,) = find_exports("books", folder.home, "*.csv", NOW)
    folder.put("march.csv", line("1"), line("2"))
    with pytest.raises(UnreadableFile, match="it is being written"):
        read_export(export, ExportProfile.model_validate(folder.profile))
