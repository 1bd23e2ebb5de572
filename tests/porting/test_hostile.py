"""Whatever a file holds, the checker names and skips it, or judges it, and never fails."""

import ast
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterware.porting.check import Outcome, check
from afterware.porting.fixing.rewrite import fix_files
from tests.porting.case_files import load_cases

TRACE = "\n# after_request\n"
GOOD = """from flask import Flask
app = Flask(__name__)
@app.after_request
def h(response):
    return response.data
"""


def outcome_of(directory: Path, data: bytes | str, name: str = "bad.py") -> Outcome:
    file = directory / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    (directory / "good.py").write_text(GOOD, encoding="utf-8")
    return check([directory])


def assert_skipped(outcome: Outcome, name: str = "bad.py") -> None:
    assert [each.file for each in outcome.skipped] == [name]
    assert outcome.skipped[0].reason
    assert [each.file for each in outcome.hooks] == ["good.py"]


@pytest.mark.parametrize(
    "text",
    [
        "def (:" + TRACE,
        "print 'Python 2'" + TRACE,
        "x = 1\n\tif:" + TRACE,
        "x = '\0'" + TRACE,
        "# coding: nonsense" + TRACE,
        "(" * 5000 + TRACE,
        "x = " + "[" * 3000 + "]" * 3000 + TRACE,
        b"\xff\xfe\x00 after_request",
        b"# coding: utf-8\nx = '\xe9'\n# after_request",
    ],
    ids=["syntax", "python 2", "indent", "null", "coding", "open", "nested", "utf-16", "not utf-8"],
)
def test_a_file_that_does_not_parse_is_named_and_skipped(text: str | bytes, tmp_path: Path) -> None:
    assert_skipped(outcome_of(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["1"] * 20_000),
        "x = a" + ".b" * 5000,
        "x = f" + "()" * 3000,
        "x = " + "not " * 3000 + "1",
        "\n".join("    " * depth + "if x:" for depth in range(90)) + "\n" + "    " * 90 + "pass",
        "x = " + "lambda: " * 1500 + "1",
    ],
    ids=["sum", "attributes", "calls", "not", "blocks", "lambdas"],
)
def test_deep_nesting_is_followed_or_named(text: str, tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, text + TRACE)
    assert [each.file for each in outcome.hooks] == ["good.py"]
    assert {each.file for each in outcome.skipped} <= {"bad.py"}


def test_other_encodings_are_read_as_python_reads_them(tmp_path: Path) -> None:
    text = "# coding: latin-1\n# \xe9\n" + GOOD
    outcome = outcome_of(tmp_path, text.encode("latin-1"), "latin.py")
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    outcome = check([tmp_path])
    assert {each.file for each in outcome.hooks} == {"latin.py", "bom.py", "good.py"}
    assert outcome.skipped == []


def test_a_file_of_fifty_thousand_lines(tmp_path: Path) -> None:
    text = GOOD + "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n" for n in range(17_000))
    outcome = outcome_of(tmp_path, text, "long.py")
    assert {each.file for each in outcome.hooks} == {"long.py", "good.py"}


def test_links_that_loop_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "self.py").symlink_to(tmp_path / "a" / "self.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nothing.py")
    outcome = outcome_of(tmp_path, GOOD, "other.py")
    assert {each.file for each in outcome.hooks} == {"good.py", "other.py"}
    assert {each.file for each in outcome.skipped} == {"a/self.py", "gone.py"}


def test_names_that_are_no_text_are_reported_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        outcome = outcome_of(tmp_path, GOOD, name)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert {each.file for each in outcome.hooks} == {"good.py", name}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    outcome = outcome_of(tmp_path, GOOD, "other.py")
    assert [(each.file, each.reason) for each in outcome.skipped] == [("pipe.py", "is not a file")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, GOOD, "other.py")
    (tmp_path / "other.py").chmod(0)
    outcome = check([tmp_path])
    assert_skipped(outcome, "other.py")


def test_what_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "bad.py":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert_skipped(outcome_of(tmp_path, GOOD))


def test_a_directory_that_vanishes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "going").mkdir()
    scan = os.scandir

    def gone(path: object) -> object:
        if str(path).endswith("going"):
            raise FileNotFoundError(2, "No such file or directory")
        return scan(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", gone)
    (tmp_path / "good.py").write_text(GOOD, encoding="utf-8")
    outcome = check([tmp_path])
    assert [each.file for each in outcome.skipped] == ["going"]


def test_files_without_a_trace_are_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []
    parse = ast.parse

    def counted(data: bytes, *args: object, **kwargs: object) -> object:
        parsed.append(len(data))
        return parse(data, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(ast, "parse", counted)
    for number in range(20):
        (tmp_path / f"m{number}.py").write_text("def f(:", encoding="utf-8")
    outcome = outcome_of(tmp_path, GOOD, "other.py")
    assert parsed == [len(GOOD)] * 2
    assert outcome.files == 22
    assert outcome.skipped == []


SOURCES = [text for case in load_cases() for text in case.files.values() if text]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.sampled_from(SOURCES),
    cuts=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 40),
            st.sampled_from(
                [
                    "",
                    "(",
                    ")",
                    ":",
                    "\n",
                    "    ",
                    "lambda: ",
                    "*",
                    "await ",
                    "yield ",
                    "=",
                    ".",
                    "response",
                    "global x\n",
                    "del ",
                    "return ",
                    "\0",
                    "\u00e9",
                    "async ",
                    "with ",
                    "@",
                    "[",
                    "]",
                    "{",
                    "}",
                ]
            ),
        ),
        max_size=4,
    ),
)
def test_no_text_makes_it_fail_and_fix_leaves_what_still_parses(
    text: str, cuts: list[tuple[float, int, str]], tmp_path: Path
) -> None:
    for place, length, put in cuts:
        start = int(place * len(text))
        text = text[:start] + put + text[start + length :]
    file = tmp_path / "app.py"
    file.write_bytes(text.encode())
    outcome = check([tmp_path])
    for hook in outcome.hooks:
        assert 1 <= hook.line <= text.count("\n") + 1
    fix_files(outcome, to="afterware", write=True)
    after = file.read_bytes()
    if after != text.encode():
        ast.parse(after)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "app.py").write_bytes(b"# after_request\n" + data)
        outcome = check([Path(name)])
        assert len(outcome.skipped) <= 1
