"""The checker reads this repository, whose hooks are bound through Afterware already."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from serving import ROOT

from afterware.porting.command import check_command


@pytest.mark.parametrize("folder", ["sync_app", "async_app", "shared/twin", "benchmarks", "tests"])
def test_every_file_is_read(folder):
    result = CliRunner().invoke(check_command, ["--format", "json", str(ROOT / folder)])
    assert result.exit_code in (0, 1), result.output
    report = json.loads(result.stdout)
    assert report["version"] == 1
    assert all((ROOT / folder / hook["file"]).is_file() for hook in report["hooks"])
