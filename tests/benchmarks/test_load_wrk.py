"""wrk's figures are read as they are, and whatever went wrong while it drove is an error."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner
from faulty_server import Says, always, at_times, faulty_server
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cli import main
from benchmarks.errors import BenchmarkError
from benchmarks.load.wrk import Slice, drive, find_wrk, parse, wrk_version

wrk_is_here = pytest.mark.skipif(
    shutil.which("wrk") is None, reason="wrk is not installed (apt-get install wrk)"
)

# What wrk 4.1.0 wrote, asked for one second of 4 connections to a server that did as is said.
GOOD = """\
Running 1s test @ http://127.0.0.1:38339
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   588.43us  802.43us   8.33ms   91.23%
    Req/Sec     9.86k     2.41k   11.98k    80.00%
  9815 requests in 1.00s, 1.31MB read
Requests/sec:   9796.55
Transfer/sec:      1.31MB
{"requests": 9815, "seconds": 1.001883, "p50": 0.000328, "p90": 0.001127, "p99": 0.004319, \
"sent": 9815, "refused": 0, "status": 0, "connect": 0, "read": 0, "write": 0, "timeout": 0}
"""
SOME_500 = """\
Running 1s test @ http://127.0.0.1:46545
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   531.84us  780.88us   7.87ms   93.26%
    Req/Sec    10.50k     2.26k   12.12k    81.82%
  11483 requests in 1.10s, 1.54MB read
  Non-2xx or 3xx responses: 229
Requests/sec:  10423.67
Transfer/sec:      1.40MB
{"requests": 11483, "seconds": 1.101627, "p50": 0.000322, "p90": 0.000684, "p99": 0.004497, \
"sent": 11483, "refused": 229, "status": 500, "connect": 0, "read": 0, "write": 0, "timeout": 0}
"""
# wrk itself counts these among the good ones.
SOME_302 = """\
Running 1s test @ http://127.0.0.1:38233
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.34ms    2.40ms  12.11ms   82.11%
    Req/Sec     2.27k   137.66     2.47k    70.00%
  2276 requests in 1.01s, 311.88KB read
Requests/sec:   2253.44
Transfer/sec:    308.78KB
{"requests": 2276, "seconds": 1.010013, "p50": 0.001815, "p90": 0.005939, "p99": 0.008713, \
"sent": 2277, "refused": 45, "status": 302, "connect": 0, "read": 0, "write": 0, "timeout": 0}
"""
SOME_HANG_UP = """\
Running 1s test @ http://127.0.0.1:43347
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.39ms    2.47ms  11.95ms   81.91%
    Req/Sec     2.06k   107.73     2.24k    80.00%
  2086 requests in 1.02s, 285.20KB read
  Socket errors: connect 0, read 42, write 0, timeout 0
Requests/sec:   2038.20
Transfer/sec:    278.66KB
{"requests": 2086, "seconds": 1.023453, "p50": 0.000941, "p90": 0.006140, "p99": 0.008922, \
"sent": 2131, "refused": 0, "status": 0, "connect": 0, "read": 42, "write": 0, "timeout": 0}
"""


def test_figures_are_read_as_they_are():
    slice_ = parse(GOOD)
    assert slice_ == Slice(9815, 1.001883, 0.000328, 0.001127, 0.004319, 9815)
    assert slice_.throughput == pytest.approx(9796.55, abs=0.01)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (SOME_500, "229 of 11483 answers with a status that is not 2xx, such as 500"),
        (SOME_302, "45 of 2276 answers with a status that is not 2xx, such as 302"),
        (SOME_HANG_UP, r"socket errors \(read 42\) beside 2086 answers"),
        (GOOD.replace('"timeout": 0', '"timeout": 3'), r"socket errors \(timeout 3\)"),
        (GOOD.replace('"requests": 9815', '"requests": 0'), "no answer at all"),
        ("\n".join(GOOD.splitlines()[:-1]), "not understood: Transfer/sec"),
        ("", "not understood: nothing"),
    ],
    ids=["500", "302", "hang up", "timeout", "nothing", "no last line", "empty"],
)
def test_whatever_went_wrong_is_an_error(output, says):
    with pytest.raises(BenchmarkError, match=says):
        parse(output)


@settings(max_examples=50)
@given(
    output=st.text()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.sampled_from(["requests", "read"]), each),
    ).map(json.dumps)
)
def test_other_output_is_refused_without_a_traceback(output):
    with pytest.raises(BenchmarkError, match="not understood"):
        parse(output)


@wrk_is_here
def test_a_good_server_is_driven_and_every_request_that_it_read_was_counted():
    with faulty_server(always(Says())) as served:
        slice_ = drive(find_wrk(), served.url, clients=2, seconds=1)
    assert slice_.requests <= slice_.sent <= slice_.requests + 2
    # The last ones may not have been read when wrk hung up.
    assert slice_.sent - 2 <= served.requests <= slice_.sent
    assert 0 < slice_.p50 <= slice_.p90 <= slice_.p99 < slice_.seconds
    assert slice_.seconds >= 1


@wrk_is_here
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Says(304, body=b""), "not 2xx, such as 304"),
        (Says(0), "socket errors"),
    ],
    ids=["304", "hang up"],
)
def test_a_server_that_fails_now_and_then_is_refused(answer, says):
    """An answer of 500 now and then is in the tests of the command, from a twin."""
    with (
        faulty_server(at_times(answer, every=50)) as served,
        pytest.raises(BenchmarkError) as raised,
    ):
        drive(find_wrk(), served.url, clients=2, seconds=1)
    assert says in str(raised.value)


@wrk_is_here
def test_a_server_that_is_not_there_is_an_error():
    with pytest.raises(BenchmarkError, match=r"wrk failed: unable to connect to 127\.0\.0\.1:1"):
        drive(find_wrk(), "http://127.0.0.1:1/", clients=1, seconds=1)


@wrk_is_here
def test_its_version_is_known():
    assert "." in wrk_version(find_wrk())


def test_without_wrk_the_command_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["load", "--quick"])
    assert done.exit_code == 1
    assert "Error: wrk, which drives the servers, is not on the PATH." in done.stderr
    assert "apt-get install wrk" in done.stderr
    assert "brew install wrk" in done.stderr
