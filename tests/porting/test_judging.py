"""Effects, rules and colours: what an entry does, who judges it, and which functions stay `def`."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterware.porting.check import Outcome, check
from afterware.porting.fixing.rewrite import fix_files
from afterware.porting.flask.entries import PHASES, WAYS, Entry, Registration, Role
from afterware.porting.judging import rules as rules_folder
from afterware.porting.judging.colours import Colours
from afterware.porting.judging.effects import (
    Calls,
    Effect,
    Enters,
    HandsOver,
    Reads,
    Returns,
    Starts,
    Stores,
)
from afterware.porting.judging.judge import judge
from afterware.porting.judging.walk import behaviour_of
from afterware.porting.meaning.values import Ext, Func, one

APP = "from flask import Flask\napp = Flask(__name__)\n"


def checked(directory: Path, **files: str) -> Outcome:
    for name, text in files.items():
        (directory / f"{name}.py").write_text(text, encoding="utf-8")
    return check([directory])


def effects_of(outcome: Outcome, name: str) -> list[Effect]:
    entry = next(each.entry for each in outcome.hooks if each.name == name)
    with outcome.evaluator.question():
        return behaviour_of(entry, outcome.evaluator).effects


# Effects

ONE_OF_EACH = """
import threading
import other
from flask import Flask
app = Flask(__name__)
lock = threading.Lock()
def length(response):
    return len(response.data)
@app.after_request
def hook(response):
    response.headers["X"] = str(length(response))
    response.status_code = 201
    with lock:
        other.look(response)
    threading.Thread(target=print).start()
    return response
"""


@pytest.mark.parametrize(
    ("kind", "line"),
    [(Reads, 8), (Stores, 12), (Enters, 13), (HandsOver, 14), (Starts, 15), (Returns, 16)],
)
def test_what_an_entry_does_is_a_list_of_effects_with_their_lines(
    kind: type[Effect], line: int, tmp_path: Path
) -> None:
    effects = effects_of(checked(tmp_path, app=ONE_OF_EACH), "hook")
    assert line in {each.spot.line for each in effects if type(each) is kind}


def test_an_effect_in_a_helper_tells_where_the_entry_leads_there(tmp_path: Path) -> None:
    helper = "def length(response):\n    return len(response.data)\n"
    web = (
        "from flask import Flask\nfrom helper import length\napp = Flask(__name__)\n"
        "@app.after_request\ndef hook(response):\n    length(response)\n    return response\n"
    )
    effects = effects_of(checked(tmp_path, helper=helper, web=web), "hook")
    (read,) = (each for each in effects if isinstance(each, Reads) and each.name == "data")
    assert (read.spot.module.source.name, read.spot.line) == ("helper.py", 2)
    assert getattr(read.spot.via, "lineno", 0) == 6


def test_what_is_awaited_is_on_the_list_and_says_so(tmp_path: Path) -> None:
    text = (
        "import asyncio\nfrom flask import Flask\napp = Flask(__name__)\n@app.after_request\n"
        "async def hook(response):\n    await asyncio.sleep(1)\n    asyncio.sleep(2)\n"
        "    return response\n"
    )
    effects = effects_of(checked(tmp_path, app=text), "hook")
    calls = [each for each in effects if isinstance(each, Calls)]
    awaited = {
        each.spot.line: each.awaited for each in calls if each.callee == Ext("asyncio.sleep")
    }
    assert awaited == {6: True, 7: False}


def test_an_entry_of_any_role_is_walked_in_the_same_way(tmp_path: Path) -> None:
    text = f"{APP}from flask import request\ndef view():\n    return request.form['x']\n"
    (tmp_path / "app.py").write_text(
        text + "@app.after_request\ndef hook(response):\n    return response\n", encoding="utf-8"
    )
    outcome = check([tmp_path])
    module = outcome.hooks[0].entry.module
    function = next(each for each in module.functions if each.name == "view")
    value = one(Func(function, None))
    place = Registration(module, function.node, Role.VIEW, "route", value)
    view = Entry(Role.VIEW, function, value, module, function.line, "view", "route", place)
    with outcome.evaluator.question():
        effects = behaviour_of(view, outcome.evaluator).effects
    assert [each.name for each in effects if isinstance(each, Reads)] == ["form"]
    # Which rules look at views is theirs to say; those of hooks do not.
    assert judge(view, outcome.evaluator).notes == []


def test_the_roles_that_are_looked_for_are_phases() -> None:
    assert set(WAYS) <= PHASES


# Rules

PLANTED = '''
"""Calls of print."""
from afterware.porting.judging.effects import Calls
from afterware.porting.judging.rule import Kind, Note, Rule
from afterware.porting.meaning.values import Ext

def find(behaviour, ask):
    for call in behaviour.of(Calls):
        if call.callee == Ext("builtins.print"):
            yield Note("prints", call.spot, "print")

RULE = Rule(
    {"prints": Kind("AW999", ("lifecycle",), "loudly", "calls {}", "Log it.")},
    find,
)
'''


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    folder = tmp_path / "planted"
    folder.mkdir()

    def plant(text: str) -> None:
        (folder / "prints.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(rules_folder, "__path__", [*rules_folder.__path__, str(folder)])
        forget()

    def forget() -> None:
        rules_folder.rules.cache_clear()
        rules_folder.kinds.cache_clear()

    yield plant
    monkeypatch.undo()
    forget()


def test_a_rule_is_one_module_in_the_folder_and_nothing_else_knows_of_it(
    planted: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    text = f"{APP}@app.after_request\ndef hook(response):\n    print(1)\n    return response\n"
    assert checked(tree, app=text).hooks[0].needs == []
    planted(PLANTED)
    monkeypatch.delitem(sys.modules, f"{rules_folder.__name__}.prints", raising=False)
    (hook,) = check([tree]).hooks
    assert hook.needs == ["lifecycle"]
    assert [(each.code, each.line, each.message) for each in hook.findings] == [
        ("AW999", 5, "calls print")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "prints of the rules has no RULE"),
        (PLANTED.replace('"prints"', '"blocking"'), "Two rules have blocking"),
    ],
    ids=["no rule", "the kind of another"],
)
def test_a_module_that_is_no_rule_is_refused_by_name(
    text: str, said: str, planted: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"{rules_folder.__name__}.prints", raising=False)
    planted(text)
    with pytest.raises(ImportError, match=said):
        rules_folder.rules()


def test_rules_do_not_reach_back_into_the_walk() -> None:
    folder = Path(str(rules_folder.__file__)).parent
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
        assert not imported & {"walk", "judge", "outside", "findings"}, path.name


# What must not be cut off


def test_a_hook_that_awaits_a_commit_is_told_to_shield_it_and_fix_does_so(tmp_path: Path) -> None:
    text = (
        "from flask import Flask, g\napp = Flask(__name__)\n@app.after_request\n"
        "async def hook(response):\n    await g.session.commit()\n    return response\n"
    )
    outcome = checked(tmp_path, app=text)
    (finding,) = outcome.hooks[0].findings
    assert (finding.code, finding.needs, finding.line) == ("AW304", ("lifecycle",), 5)
    assert "shield=True" in finding.remedy
    assert "AW304" in fix_files(outcome, to="quart", write=False).unfixed[0].why
    fix_files(outcome, to="afterware", write=True)
    new = (tmp_path / "app.py").read_text(encoding="utf-8")
    assert "@hooks.after_request(shield=True)\nasync def hook" in new


def test_a_plain_hook_that_commits_hears_of_shield_as_well(tmp_path: Path) -> None:
    text = f"{APP}@app.after_request\ndef hook(r):\n    session.commit()\n    return r\n"
    (finding,) = checked(tmp_path, app=text).hooks[0].findings
    assert finding.code == "AW203"
    assert "shield=True" in finding.remedy


# Colours


def many_hooks(directory: Path, number: int) -> Path:
    directory.mkdir()
    (directory / "core.py").write_text(APP, encoding="utf-8")
    for each in range(number):
        (directory / f"m{each:03}.py").write_text(
            "from core import app\n@app.after_request\ndef stamp(response):\n"
            f"    response.headers['X-{each}'] = str(len(response.data))\n    return response\n",
            encoding="utf-8",
        )
    (directory / "uses.py").write_text(
        "from m000 import stamp as again\ndef once_more(response):\n    return again(response)\n",
        encoding="utf-8",
    )
    return directory


@pytest.mark.parametrize("number", [2, 100, 250])
def test_a_hook_that_other_code_calls_stays_def_however_many_hooks_there_are(
    number: int, tmp_path: Path
) -> None:
    report = fix_files(check([many_hooks(tmp_path / "tree", number)]), to="afterware", write=False)
    assert [(each.file, "line 3" in each.why) for each in report.unfixed] == [("m000.py", True)]
    assert report.rewritten == number - 1


USES = {
    "by its name": "from app import hook\nhook(None)\n",
    "by an alias": "from app import hook as other\nother(None)\n",
    "by an alias of an alias": "from between import again as other\nother(None)\n",
    "as an attribute of its module": "import app\napp.hook(None)\n",
    "by getattr": "import app\ngetattr(app, 'hook')(None)\n",
    "as a value": "import app\nALL = [app.hook]\n",
}


@pytest.mark.parametrize("use", USES)
def test_other_uses_of_a_function_are_found(use: str, tmp_path: Path) -> None:
    hook = f"{APP}@app.after_request\ndef hook(response):\n    return response\n"
    between = "from app import hook as again\n"
    outcome = checked(tmp_path, app=hook, between=between, uses=USES[use])
    function = outcome.hooks[0].entry.function
    assert function is not None
    found = Colours(outcome.evaluator).other_uses(function)
    assert found.places == (("uses.py", 2),)
    assert found.sure


# What is said of one hook depends on that hook alone

PARTS = {
    "ready": "@app.after_request\ndef ready(response):\n    return response\n",
    "reads": (
        "@app.after_request\ndef reads(response):\n    len(response.data)\n    return response\n"
    ),
    "waits": (
        "import time\n@app.after_request\ndef waits(response):\n    time.sleep(1)\n"
        "    return response\n"
    ),
    "leads": (
        "def measure(response):\n    return len(response.get_data())\n@app.after_request\n"
        "def leads(response):\n    measure(response)\n    return response\n"
    ),
    "finds": (
        "import threading\nlocal = threading.local()\n@app.before_request\ndef start():\n"
        "    local.user = 1\n@app.after_request\ndef finds(response):\n    local.user\n"
        "    return response\n"
    ),
    "used": (
        "@app.after_request\ndef used(response):\n    len(response.data)\n    return response\n"
        "def view():\n    return used(app.response_class())\n"
    ),
}
ALONE: dict[str, object] = {}


def said(outcome: Outcome) -> dict[str, object]:
    unfixed = {
        each.name: each.why.partition(" line ")[0]
        for each in fix_files(outcome, to="afterware", write=False).unfixed
    }
    return {
        each.name: (
            each.needs,
            [(finding.code, finding.message, finding.bites) for finding in each.findings],
            unfixed.get(each.name),
        )
        for each in outcome.hooks
    }


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    order=st.permutations(sorted(PARTS)),
    number=st.integers(1, len(PARTS)),
    copies=st.integers(1, 4),
)
def test_what_is_said_of_a_hook_depends_neither_on_the_others_nor_on_their_order(
    order: list[str], number: int, copies: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not ALONE:
        for text in PARTS.values():
            ALONE.update(said(checked(tmp_path_factory.mktemp("alone"), app=APP + text)))
        assert {name: each[0] for name, each in ALONE.items()} == {  # type: ignore[index]
            "ready": [],
            "reads": ["await-response"],
            "waits": ["blocking"],
            "leads": ["await-response"],
            "finds": ["thread-bound"],
            "used": ["await-response"],
        }
    tree = tmp_path_factory.mktemp("tree")
    for copy in range(copies):
        for place, name in enumerate(order[:number]):
            text = f"{APP}{PARTS[name]}"
            (tree / f"part_{place}_{copy}.py").write_text(text, encoding="utf-8")
    assert said(check([tree])) == {name: ALONE[name] for name in order[:number]}
