"""Side by side under real ASGI servers, over sockets."""

from __future__ import annotations

import http.client
import json
import socket

import pytest
from serving import DEADLINE, get, server_process, wait_for

APP = "side_by_side.served_apps:app"
SERVERS = {
    "hypercorn": ["hypercorn", "--bind", "fd://{fd}", APP],
    "uvicorn": ["uvicorn", "--fd", "{fd}", "--log-level", "warning", APP],
    "granian": [
        "granian",
        "--interface",
        "asgi",
        "--port",
        "{port}",
        "--log-level",
        "warning",
        APP,
    ],
}


@pytest.fixture(scope="module", params=list(SERVERS))
def port(request):
    with server_process(SERVERS[request.param]) as port:
        wait_for(lambda: _answers(port))
        yield port


def _answers(port):
    try:
        return get(port, "/new")[0] == 200
    except OSError:
        return False


def log(port):
    return json.loads(get(port, "/log")[2])


def test_each_path_is_served_by_its_app_with_the_hooks_once(port):
    for path, host in (("/new", "quart"), ("/old", "flask")):
        status, headers, body = get(port, path)
        assert (status, json.loads(body)["by"]) == (200, host)
        assert headers.get_all("X-Hooks") == ["1"]
        before = f"{host} GET {path} True"
        wait_for(lambda before=before: before in log(port)["answers"])


def test_urls_lead_from_each_app_to_the_other(port):
    assert json.loads(get(port, "/new")[2])["old"] == "/old"
    assert json.loads(get(port, "/old")[2])["new"] == "/new"


def test_head_and_an_empty_answer_keep_the_connection_usable(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        for method, path, status in (
            ("HEAD", "/old", 200),
            ("GET", "/nothing", 204),
            ("GET", "/old", 200),
            ("HEAD", "/missing", 404),
            ("GET", "/new", 200),
        ):
            connection.request(method, path)
            response = connection.getresponse()
            body = response.read()
            assert (response.status, bool(body)) == (status, method == "GET" and status == 200)
    finally:
        connection.close()


def test_a_large_body_goes_to_flask_and_back(port):
    sent = bytes(range(256)) * 8_000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request("POST", "/echo", body=sent)
        assert connection.getresponse().read() == sent
        # Chunked, as clients send what they do not know the length of.
        connection.request("POST", "/echo", body=iter([sent[:5], sent[5:]]), encode_chunked=True)
        assert connection.getresponse().read() == sent
    finally:
        connection.close()


def test_a_stream_comes_whole_and_is_closed(port):
    before = log(port)["closed"].count("stream")
    status, _, body = get(port, "/stream")
    assert (status, len(body)) == (200, 64 * 16_384)
    wait_for(lambda: log(port)["closed"].count("stream") == before + 1)


def test_a_client_that_leaves_stops_the_stream(port):
    before = log(port)["closed"].count("endless")
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100)
    wait_for(lambda: log(port)["closed"].count("endless") == before + 1)
    wait_for(lambda: "flask GET /endless False" in log(port)["answers"])


def test_a_stream_that_fails_is_cut_off_and_the_server_goes_on(port):
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        get(port, "/fails")
    assert get(port, "/new")[0] == 200
