"""The directions in which the package's modules import one another, as pyproject.toml has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest
from serving import ROOT

_READ = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
CONTRACTS = {contract["id"]: contract for contract in _READ}

# For each contract a module and a line that breaks it.
PLANTED = {
    "core-layers": ("hook.py", "from . import registry"),
    "no-host": ("binding.py", "import flask"),
    "hooks-need-no-host": ("hooks/cookies.py", "from .. import hosts"),
    "tools-use-what-users-use": ("listing/collect.py", "from .. import pipeline"),
    "core-knows-no-tool": ("body.py", "from . import listing"),
    "porting-knows-the-catalogue": ("porting/tree/index.py", "from ... import hook"),
    "porting-pipeline": ("porting/tree/index.py", "from ..judging import judge"),
    "no-circle": ("listing/estimate.py", "from . import timing"),
}


def circles(graph: grimp.ImportGraph) -> list[set[str]]:
    """The modules that lead back to themselves, those of one circle together."""
    leads_to = {module: graph.find_upstream_modules(module) for module in graph.modules}
    rest = {module for module, upstream in leads_to.items() if module in upstream} | {
        module
        for module, upstream in leads_to.items()
        if any(module in leads_to[each] for each in upstream)
    }
    found = []
    while rest:
        module = min(rest)
        circle = {
            each for each in rest if each in leads_to[module] and module in leads_to[each]
        } | {module}
        found.append(circle)
        rest -= circle
    return found


def test_a_circle_is_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in ("ab", "bc", "ca", "cd", "de", "fg", "gf"):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [{"a", "b", "c"}, {"f", "g"}]


def test_no_module_leads_back_to_itself() -> None:
    graph = grimp.build_graph("afterware", cache_dir=None, exclude_type_checking_imports=True)
    assert len(graph.modules) > 100
    assert circles(graph) == []


def test_imports_for_type_checkers_lead_back_only_where_the_contract_says_so() -> None:
    graph = grimp.build_graph("afterware", cache_dir=None)
    for ignored in CONTRACTS["no-circle"].get("ignore_imports", ()):
        importer, imported = ignored.split(" -> ")
        graph.remove_import(importer=importer, imported=imported)
    assert circles(graph) == []


def test_every_contract_is_tried() -> None:
    assert PLANTED.keys() == CONTRACTS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("contract", [None, *PLANTED])
def test_a_broken_contract_fails_and_is_named(contract: str | None, tmp_path: Path) -> None:
    package = shutil.copytree(
        ROOT / "shared/afterware",
        tmp_path / "shared/afterware",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    if contract is not None:
        file, line = PLANTED[contract]
        with (package / file).open("a") as source:
            source.write(f"\n{line}\n")
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "shared"), "COLUMNS": "400"},
        capture_output=True,
        check=False,
        text=True,
    )
    broken = [line for line in ran.stdout.splitlines() if " BROKEN" in line]
    if contract is None:
        assert (ran.returncode, broken) == (0, []), ran.stdout + ran.stderr
    else:
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert any(line.startswith(CONTRACTS[contract]["name"]) for line in broken), ran.stdout
