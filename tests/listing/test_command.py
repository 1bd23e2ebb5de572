"""`flask hooks` and `quart hooks`, as people call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib

import pytest
from serving import ROOT

APP = """
import logging
from {host} import Blueprint, {kind}
from afterware import Hooks

logging.basicConfig(level="INFO")
app = {kind}("made")
hooks = Hooks(order="reversed")
blueprint = Blueprint("inside", "made", url_prefix="/inside")

@hooks.after_request
def first(response):
    return response

@hooks.after_request(suspends=True, on_error="log")
async def second(response):
    return response

@app.after_request
def plain(response):
    print("printed by a hook")
    app.logger.warning("logged by a hook")
    return response

@app.before_request
async def awaited():
    pass

@blueprint.teardown_request
def released(exc):
    pass

hooks.init_app(blueprint)
app.register_blueprint(blueprint)
app.add_url_rule("/", "home", lambda: "text")
app.add_url_rule("/login", "login", lambda: ("who are you?", 401))
app.add_url_rule("/boom", "boom", lambda: 1 / 0)
"""

BARE = """
from {host} import {kind}

app = {kind}("bare")
app.add_url_rule("/", "home", lambda: "text")
"""

KINDS = {"flask": "Flask", "quart": "Quart"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that says what the package's own metadata says of plug-ins, and holds apps."""
    folder = tmp_path_factory.mktemp("installed")
    metadata = folder / "afterware_plugins-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: afterware-plugins\nVersion: 1\n"
    )
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    (metadata / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "\n".join(f"{name} = {place}" for name, place in entries.items())
            for group, entries in groups.items()
        )
    )
    for host, kind in KINDS.items():
        (folder / f"on_{host}.py").write_text(APP.format(host=host, kind=kind))
        (folder / f"bare_{host}.py").write_text(BARE.format(host=host, kind=kind))
    return folder


@pytest.fixture
def call(installed):
    """Call a host's command line in a process of its own."""

    def call(host, *arguments, code=None, **environment):
        command = ["-c", code] if code else ["-m", host]
        return subprocess.run(
            [sys.executable, *command, *arguments],
            cwd=installed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(installed)]),
                "PYTHONIOENCODING": "utf-8",
                **environment,
            },
        )

    return call


ON_FLASK = """\
made: 5 hooks on Flask {version}, in the order in which they run

before_request, before the view              written    runs           through
  app
    on_flask.awaited                         async def  new loop       native
      on_flask.py:25
      ! gets a new thread and event loop on each request

after_request, on each response              written    runs           through
  blueprint inside
    on_flask.second                          async def  lasting loop   Afterware
      on_flask.py:15, suspends, on_error=log
    on_flask.first                           def        inline         Afterware
      on_flask.py:11
  app
    on_flask.plain                           def        inline         native
      on_flask.py:19

teardown_request, when the request is over   written    runs           through
  blueprint inside
    on_flask.released                        def        inline         native
      on_flask.py:29

What to do

- before_request on_flask.awaited
  Bind it through Afterware, with @hooks.before_request: driven inline, without
  a loop. If it awaits a network or a disk, say suspends=True: then it runs on a
  loop that outlives the request. Or make it a def, if it awaits nothing.

1 hook of 5 hops. --time measures what that costs.

On Quart 2 native def hooks would hop to a worker thread on each request. Bound
through Afterware they would not; `afterware check` says what else a port needs.
"""

ON_QUART = """\
made: 5 hooks on Quart {version}, in the order in which they run

before_request, before the view              written    runs           through
  app
    on_quart.awaited                         async def  loop           native
      on_quart.py:25

after_request, on each response              written    runs           through
  blueprint inside
    on_quart.second                          async def  loop           Afterware
      on_quart.py:15, suspends, on_error=log
    on_quart.first                           def        inline         Afterware
      on_quart.py:11
  app
    on_quart.plain                           def        worker thread  native
      on_quart.py:19
      ! hops to a worker thread on each request

teardown_request, when the request is over   written    runs           through
  blueprint inside
    on_quart.released                        def        worker thread  native
      on_quart.py:29
      ! hops to a worker thread on each request

What to do

- after_request on_quart.plain
  Bind it through Afterware, with @hooks.after_request: inline, on both hosts.
  If it waits on a network, a disk or a lock, say blocking=True: then it keeps
  its thread, and the ContextVars that it sets, which are lost now. Or make it
  an async def, for Quart alone.

- teardown_request on_quart.released
  Bind it through Afterware, with @hooks.teardown_request: inline, on both
  hosts. If it waits on a network, a disk or a lock, say blocking=True: then it
  keeps its thread, and the ContextVars that it sets, which are lost now. Or
  make it an async def, for Quart alone.

2 hooks of 5 hop. --time measures what that costs.
"""


@pytest.mark.parametrize(("host", "expected"), [("flask", ON_FLASK), ("quart", ON_QUART)])
def test_it_lists_the_hooks_and_the_cure_in_80_columns_and_with_no_colours_in_a_pipe(
    call, host, expected
):
    done = call(host, "--app", f"on_{host}", "hooks", COLUMNS="80")
    assert done.stderr == ""
    version = done.stdout.partition(" on ")[2].split()[1].rstrip(",")
    assert done.stdout == expected.format(version=version)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.returncode == 0


@pytest.mark.parametrize("host", KINDS)
def test_an_app_that_has_never_heard_of_afterware_needs_no_hooks(call, host):
    done = call(host, "--app", f"bare_{host}", "hooks")
    assert "0 hooks" in done.stdout
    assert "It has no hooks." in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("host", KINDS)
def test_the_json_document_says_the_same(call, host):
    done = call(host, "--app", f"on_{host}", "hooks", "--format", "json")
    told = json.loads(done.stdout)
    assert told["version"] == 1
    assert told["host"] == host
    assert told["timing"] is None
    assert [hook["number"] for hook in told["hooks"]] == [1, 2, 3, 4, 5]
    (second,) = [hook for hook in told["hooks"] if hook["name"].endswith(".second")]
    assert second["file"].endswith(f"on_{host}.py")
    assert {name: second[name] for name in second if name not in ("file", "number")} == {
        "phase": "after_request",
        "blueprint": "inside",
        "name": f"on_{host}.second",
        "line": 15,
        "async": True,
        "runs": "lasting loop" if host == "flask" else "loop",
        "through": "afterware",
        "options": ["suspends", "on_error=log"],
        "hops": False,
        "warning": None,
        "cure": None,
        "cost": None,
    }
    assert {hook["name"].partition(".")[2] for hook in told["hooks"] if hook["hops"]} == (
        {"awaited"} if host == "flask" else {"plain", "released"}
    )


@pytest.mark.parametrize("host", KINDS)
def test_time_tells_what_each_hook_adds_and_what_binding_would_save(call, host):
    done = call(host, "--app", f"on_{host}", "hooks", "--time", "-n", "6", "--format", "json")
    assert done.stderr == ""
    told = json.loads(done.stdout)  # and nothing of what the app prints
    assert told["timing"]["status"] == 200
    assert told["timing"]["rounds"] == 6
    costs = {hook["name"].partition(".")[2]: hook["cost"] for hook in told["hooks"]}
    assert costs["first"]["not_measured"] == "not on this path"
    for name in ("plain", "awaited"):
        added = costs[name]["added"]
        assert added["low"] <= added["median"] <= added["high"]
    hopping = "awaited" if host == "flask" else "plain"
    assert costs[hopping]["saved_by_binding"] is not None
    assert costs[hopping]["added_if_bound"] is not None


@pytest.mark.parametrize("host", KINDS)
def test_the_text_with_time_stays_within_80_columns(call, host):
    arguments = ("--app", f"on_{host}", "hooks", "--time", "-n", "6")
    done = call(host, *arguments, COLUMNS="80")
    assert done.stderr == ""
    assert "Measured on GET / (200)" in done.stdout
    assert "would take some" in done.stdout
    assert "by a hook" not in done.stdout  # what the hook prints and logs
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("host", KINDS)
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--time", "-n", "0"], 2, "0 is not in the range"),
        (["--time", "-n", "many"], 2, "not a valid integer"),
        (["--time", "--path", "login"], 2, "'login' is not the path of a page"),
        (["--time", "--path", "//elsewhere/"], 2, "is not the path of a page"),
        (["--time", "--header", "nothing"], 2, "'nothing' is no header"),
        (["--time", "--header", "A: b\r\nC: d"], 2, "is no header"),
        (["--path", "/login"], 2, "add --time"),
        (["--time", "--path", "/login"], 1, "answers 401. It needs a login"),
        (["--time", "--path", "/nowhere"], 1, "answers 404"),
        (["--time", "--path", "/boom"], 1, "ZeroDivisionError: division by zero"),
        (["--format", "xml"], 2, "'xml' is not one of"),
    ],
)
def test_what_is_wrong_is_said_in_an_error_and_no_traceback(call, host, arguments, code, said):
    done = call(host, "--app", f"on_{host}", "hooks", *arguments)
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.returncode == code


@pytest.mark.parametrize("host", KINDS)
def test_an_app_that_cannot_be_found_gets_the_hosts_own_message(call, host):
    done, routes = (call(host, "--app", "nowhere", command) for command in ("hooks", "routes"))
    assert "'nowhere'" in done.stderr
    assert done.stderr.partition("Error:")[2] == routes.stderr.partition("Error:")[2]
    assert done.returncode == routes.returncode == 2


@pytest.mark.parametrize("host", KINDS)
def test_the_help_of_the_host_names_the_command(call, host):
    done = call(host, "--app", f"on_{host}", "--help")
    assert "Show the hooks of the app" in " ".join(done.stdout.split())
    assert call(host, "hooks", "--help").returncode == 0


def test_loading_the_plug_in_loads_nothing_but_click(call):
    code = (
        "import sys, importlib, click, typing\n"
        "before = set(sys.modules)\n"
        "import afterware.listing.plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = call("flask", code=code)
    assert done.stdout.split() == ["afterware", "afterware.listing", "afterware.listing.plugin"]


def test_it_works_on_flask_where_quart_is_not_installed(call):
    code = "import sys; sys.modules['quart'] = None\nfrom flask.cli import main\nmain()"
    done = call("flask", "--app", "on_flask", "hooks", "--time", "-n", "6", code=code)
    assert done.stderr == ""
    assert "on_flask.first" in done.stdout


def test_progress_is_shown_on_a_terminal(installed):
    pty = pytest.importorskip("pty")
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "on_flask", "hooks", "--time", "-n", "6"],
        cwd=installed,
        stdout=subprocess.PIPE,
        stderr=secondary,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(installed)]),
            "PYTHONIOENCODING": "utf-8",
            "TERM": "xterm",
        },
    ) as process:
        os.close(secondary)
        shown = b""
        try:
            while part := os.read(primary, 4096):
                shown += part
        except OSError:
            pass  # Linux says so when nobody holds the other end any more
        finally:
            os.close(primary)
        printed, _ = process.communicate(timeout=60)
    assert b"timing" in shown
    assert b"100%" in shown
    assert b"Measured on GET /" in printed
    assert process.returncode == 0
