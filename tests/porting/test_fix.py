"""What --fix writes is what the cases say, runs on both hosts, and answers as the original did."""

import ast
import asyncio
import importlib.util
import itertools
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from afterware.porting.check import check
from afterware.porting.fixing.rewrite import FixReport, fix_files
from tests.porting.case_files import Case, load_cases, load_fixes

CASES = load_fixes()
SHOUT = next(each for each in CASES if each.name == "text_is_read_and_rewritten")
NUMBERS = itertools.count()
KEPT = ("ETag", "Vary", "Content-Type")

Answer = tuple[int, bytes, dict[str, str]]


def fixed(directory: Path, to: str, *, write: bool = True) -> FixReport:
    return fix_files(check([directory]), to=to, write=write)


@pytest.fixture
def imported() -> Iterator[list[str]]:
    names: list[str] = []
    yield names
    for name in names:
        del sys.modules[name]


def load_module(text: str, names: list[str], directory: Path) -> ModuleType:
    name = f"ported_{next(NUMBERS)}"
    path = directory / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    names.append(name)
    spec.loader.exec_module(module)
    return module


def kept(response: Any) -> dict[str, str]:
    # Quart sends a 304 with the headers of a body, Flask without: the hosts differ, not the hooks.
    names = [name.lower() for name in KEPT if response.status_code != 304 or name == "ETag"]
    return {
        name.title(): value
        for name, value in response.headers.items()
        if name.lower().startswith("x-") or name.lower() in names
    }


def on_flask(module: ModuleType) -> list[Answer]:
    answers = []
    client = module.app.test_client()
    for path, headers in requests():
        response = client.get(path, headers=headers)
        answers.append((response.status_code, response.get_data(), kept(response)))
        if response.headers.get("ETag"):
            again = {"If-None-Match": response.headers["ETag"]}
            response = client.get(path, headers=again)
            answers.append((response.status_code, response.get_data(), kept(response)))
    return answers


def on_quart(module: ModuleType) -> list[Answer]:
    async def run() -> list[Answer]:
        answers = []
        client = module.app.test_client()
        for path, headers in requests():
            response = await client.get(path, headers=headers)
            data = await response.get_data()
            answers.append((response.status_code, data, kept(response)))
            if response.headers.get("ETag"):
                again = {"If-None-Match": response.headers["ETag"]}
                response = await client.get(path, headers=again)
                data = await response.get_data()
                answers.append((response.status_code, data, kept(response)))
        return answers

    return asyncio.run(run())


def requests() -> list[tuple[str, dict[str, str]]]:
    return [("/", {}), ("/", {"Accept": "text/html"})]


def on_the_other_host(text: str) -> str:
    return text.replace("from flask import", "from quart import").replace("Flask", "Quart")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_rewritten_file_is_the_one_of_the_case(case: Case, tmp_path: Path) -> None:
    fixed(case.write(tmp_path), "afterware")
    for name, text in case.after.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("to", ["afterware", "quart"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_run_changes_nothing(case: Case, to: str, tmp_path: Path) -> None:
    fixed(case.write(tmp_path), to)
    once = (tmp_path / "app.py").read_bytes()
    report = fixed(tmp_path, to)
    assert report.changed == {}
    assert (tmp_path / "app.py").read_bytes() == once


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ported_to_afterware_it_answers_on_both_hosts_as_the_original_on_flask(
    case: Case, tmp_path: Path, imported: list[str]
) -> None:
    original = on_flask(load_module(case.files["app.py"], imported, tmp_path))
    fixed(case.write(tmp_path / "tree"), "afterware")
    text = (tmp_path / "tree" / "app.py").read_text(encoding="utf-8")
    assert "afterware" in text
    assert on_flask(load_module(text, imported, tmp_path)) == original
    assert on_quart(load_module(on_the_other_host(text), imported, tmp_path)) == original


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ported_to_quart_it_answers_as_the_original_on_flask(
    case: Case, tmp_path: Path, imported: list[str]
) -> None:
    original = on_flask(load_module(case.files["app.py"], imported, tmp_path))
    fixed(case.write(tmp_path / "tree"), "quart")
    text = (tmp_path / "tree" / "app.py").read_text(encoding="utf-8")
    answers = on_quart(load_module(on_the_other_host(text), imported, tmp_path))
    assert without_etags(answers) == without_etags(original)


def without_etags(answers: list[Answer]) -> list[Answer]:
    # Quart's add_etag hashes with MD5, Flask's with SHA-1: the tag of the same body is another.
    return [
        (status, data, {name: value for name, value in headers.items() if name != "Etag"})
        for status, data, headers in answers
    ]


@pytest.mark.parametrize("to", ["afterware", "quart"])
@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_of_any_hooks_what_is_written_parses_and_is_final(
    case: Case, to: str, tmp_path: Path
) -> None:
    before = len(check([case.write(tmp_path)]).hooks)
    report = fixed(tmp_path, to)
    assert report.failed == []
    for name in case.files:
        ast.parse((tmp_path / name).read_bytes())
    after = len(check([tmp_path]).hooks)
    assert after == before - (report.rewritten if to == "afterware" else 0)
    assert fixed(tmp_path, to).changed == {}


LEFT = """
from flask import Flask, jsonify
app = Flask(__name__)
def measure(response):
    return len(response.get_data())
@app.after_request
def through_a_helper(response):
    response.headers["X"] = str(measure(response))
    return response
@app.after_request
def called_by_others(response):
    response.headers["X"] = str(len(response.data))
    return response
def view():
    return called_by_others(app.response_class("x"))
@app.after_request
def in_a_lambda(response):
    size = lambda: len(response.data)
    response.headers["X"] = str(size())
    return response
@app.after_request
def other_helpers(response):
    return jsonify(1)
@app.after_request
def broken(response):
    response.headers["X"] = "1"
app.after_request(lambda response: response)
"""


def test_what_is_not_sure_is_left_and_listed_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LEFT, encoding="utf-8")
    report = fixed(tmp_path, "afterware")
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == LEFT
    reasons = {each.name: each.why for each in report.unfixed}
    assert set(reasons) == {
        "through_a_helper", "called_by_others", "in_a_lambda", "other_helpers", "broken", "<lambda>"
    }  # fmt: skip
    assert "helper" not in reasons["called_by_others"]
    assert "line 15" in reasons["called_by_others"]
    assert "jsonify" in reasons["other_helpers"]
    assert "AW211" in reasons["broken"]


def test_mode_and_encoding_are_kept_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    text = (
        "# -*- coding: latin-1 -*-\r\nfrom flask import Flask\r\napp = Flask(__name__)\r\n"
        "@app.after_request\r\ndef h(response):  # caf\xe9\r\n    return response\r\n"
    )
    file.write_bytes(text.encode("latin-1"))
    file.chmod(0o640)
    fixed(tmp_path, "quart")
    assert file.read_bytes() == text.replace("def h", "async def h").encode("latin-1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


BYTES = {
    "a mark of the byte order": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "carriage returns and a mark": lambda t: b"\xef\xbb\xbf" + t.replace("\n", "\r\n").encode(),
    "form feeds": lambda text: text.replace("\n\n\n", "\n\f\n\n").encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "other letters": lambda text: text.replace("# louder", "# läuter ü 𝄞").encode(),
    "a coding": lambda text: (
        b"# coding: latin-1\n" + text.replace("hello", "h\xe4").encode("latin-1")
    ),
}


@pytest.mark.parametrize("to", ["afterware", "quart"])
@pytest.mark.parametrize("spelling", BYTES)
def test_other_spellings_of_a_file_are_rewritten_alike_and_once(
    spelling: str, to: str, tmp_path: Path
) -> None:
    text = SHOUT.files["app.py"]
    file = tmp_path / "app.py"
    file.write_bytes(BYTES[spelling](text))
    report = fixed(tmp_path, to)
    assert (report.rewritten, report.unfixed, report.failed) == (1, [], [])
    once = file.read_bytes()
    compile(once, "app.py", "exec")
    assert b"async def shout" in once
    assert once.count(b"\r") == (once.count(b"\n") if "carriage" in spelling else 0)
    assert once.count(b"\f") == BYTES[spelling](text).count(b"\f")
    assert once.startswith(b"\xef\xbb\xbf") == ("mark" in spelling)
    assert fixed(tmp_path, to).changed == {}
    assert file.read_bytes() == once


@pytest.mark.parametrize("to", ["afterware", "quart"])
def test_what_libcst_does_not_give_back_as_it_was_is_left(to: str, tmp_path: Path) -> None:
    text = SHOUT.files["app.py"].replace("\n@app", "\n\f@app")
    file = tmp_path / "app.py"
    file.write_text(text, encoding="utf-8")
    assert "does not give it back" in fixed(tmp_path, to).text()
    assert file.read_text(encoding="utf-8") == text


def test_names_do_not_hide_the_modules_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "hooks.py").write_text("", encoding="utf-8")
    text = SHOUT.files["app.py"]
    (tmp_path / "site" / "__init__.py").write_text(text, encoding="utf-8")
    fixed(tmp_path, "afterware")
    new = (tmp_path / "site" / "__init__.py").read_text(encoding="utf-8")
    assert "portable_hooks = Hooks(" in new
    assert "\nhooks = " not in new


FACTORY = """
from flask import Flask
def stamp(response):
    response.headers["X"] = str(len(response.data))
    return response
def plain(response):
    return response
def create_app():
    app = Flask(__name__)
    app.after_request(stamp)
    app.after_request(plain)
    return app
"""


def test_what_a_factory_registers_by_calls_is_made_native_and_left_to_be_made_portable(
    tmp_path: Path,
) -> None:
    file = tmp_path / "app.py"
    file.write_text(FACTORY, encoding="utf-8")
    report = fixed(tmp_path, "afterware")
    assert file.read_text(encoding="utf-8") == FACTORY
    assert ["a call" in each.why for each in report.unfixed] == [True, True]
    report = fixed(tmp_path, "quart")
    assert report.rewritten == 2
    new = file.read_text(encoding="utf-8")
    assert "\nasync def stamp" in new
    assert "\nasync def plain" in new
    assert fixed(tmp_path, "quart").changed == {}


def test_diff_shows_the_change_and_writes_nothing(tmp_path: Path) -> None:
    SHOUT.write(tmp_path)
    report = fixed(tmp_path, "afterware", write=False)
    assert "+async def shout(response):" in report.text(show_diff=True)
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == SHOUT.files["app.py"]


def test_a_file_that_changed_meanwhile_is_left(tmp_path: Path) -> None:
    file = SHOUT.write(tmp_path) / "app.py"
    outcome = check([tmp_path])
    file.write_text("changed = True\n", encoding="utf-8")
    report = fix_files(outcome, to="afterware", write=True)
    assert report.changed == {}
    assert "changed while it was checked" in report.text()
    assert file.read_text(encoding="utf-8") == "changed = True\n"


def test_a_file_that_cannot_be_replaced_is_whole_and_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SHOUT.write(tmp_path) / "app.py"
    before = file.read_bytes()

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    report = fixed(tmp_path, "afterware")
    assert report.rewritten == 0
    assert "Permission denied" in report.text()
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_what_libcst_does_not_parse_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "made up")

    file = SHOUT.write(tmp_path) / "app.py"
    before = file.read_bytes()
    monkeypatch.setattr("libcst.parse_module", fail)
    assert "libcst does not parse it" in fixed(tmp_path, "afterware").text()
    assert file.read_bytes() == before


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    SHOUT.write(tmp_path / "real")
    (tmp_path / "tree").mkdir()
    link = tmp_path / "tree" / "app.py"
    link.symlink_to(tmp_path / "real" / "app.py")
    fixed(tmp_path / "tree", "afterware")
    assert link.is_symlink()
    assert "afterware" in (tmp_path / "real" / "app.py").read_text(encoding="utf-8")


UNSURE = {
    "response.get_data(parse=True)": "has arguments",
    "response.get_data(as_text=app.debug)": "decided elsewhere",
    "response.get_json(cache=False)": "has arguments",
    "print(response.add_etag())": "in an expression",
    "print(response.make_conditional(request))": "in an expression",
    "response.make_conditional(request, accept_ranges=True)": "has arguments",
    "print(response.get_data)": "method itself",
    "getattr(response, 'data')": "getattr",
    "response.data += b'x'": "AW109",
    "(response or None).get_data()": "more than a name",
    "sum(len(response.data) for _ in range(2))": "generator",
}


@pytest.mark.parametrize("line", UNSURE)
def test_reads_that_are_not_sure_are_left(line: str, tmp_path: Path) -> None:
    text = (
        "from flask import Flask, request\napp = Flask(__name__)\n@app.after_request\n"
        f"def hook(response):\n    {line}\n    return response\n"
    )
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    report = fixed(tmp_path, "afterware")
    assert [UNSURE[line] in each.why for each in report.unfixed] == [True]
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == text
