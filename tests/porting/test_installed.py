"""The checker on the packages that are installed: real hooks, in a tree of many files."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from afterware.porting.check import Outcome, check

# What a reader finds in the code of these packages: file, name, how registered, needs.
EXPECTED = {
    "flask_cors": {
        ("extension.py", "cors_after_request", "call", ()),
    },
    "flask_talisman": {
        ("talisman.py", "Talisman._set_response_headers", "method", ()),
    },
    "flask_compress": {
        (
            "flask_compress.py",
            "Compress.after_request",
            "method",
            ("await-response", "await-helper", "missing-api"),
        ),
        (
            "flask_compress.py",
            "compressor",
            "this-request",
            ("await-response", "await-helper", "missing-api"),
        ),
    },
}


def folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0])


@pytest.fixture(scope="module")
def everything() -> Outcome:
    return check([folder("flask").parent])


@pytest.mark.parametrize("package", EXPECTED)
def test_hooks_of_installed_extensions_are_judged_as_a_reader_would(package: str) -> None:
    outcome = check([folder(package)])
    assert outcome.skipped == []
    found = {(each.file, each.name, each.registered, tuple(each.needs)) for each in outcome.hooks}
    assert found == EXPECTED[package]


def test_a_whole_environment_is_read_and_nothing_is_lost(everything: Outcome) -> None:
    assert everything.files > 1000
    assert everything.unfinished == []
    for each in everything.skipped:
        assert each.reason
    # Quart and Werkzeug have methods of these names, and register nothing on a Flask app.
    tops = {each.file.partition("/")[0] for each in everything.hooks}
    assert not tops & {"quart", "werkzeug", "click", "httpx", "requests", "starlette"}


def test_the_hosts_own_code_has_no_hooks_of_its_own() -> None:
    for package in ("flask", "quart", "werkzeug"):
        assert [each.name for each in check([folder(package)]).hooks] == [], package
