"""What a test puts in the place of an `async def` by monkeypatch."""

from __future__ import annotations

import types
from unittest import mock

import pytest

from afterware import testing
from afterware.testing.replaced_fakes import fakes_awaitable


async def _greeting():
    return "hello"


@pytest.mark.parametrize("kind", [mock.Mock, mock.MagicMock, mock.AsyncMock])
def test_a_mock_in_the_place_of_an_async_def_is_awaited_and_notes_its_calls(kind):
    code = types.SimpleNamespace(greeting=_greeting)
    fake = kind(return_value="patched")
    with fakes_awaitable(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(code, "greeting", fake)
        assert testing.run(code.greeting("ann")) == "patched"
    fake.assert_called_once_with("ann")
    assert code.greeting is _greeting


def test_a_mock_in_the_place_of_a_def_stays_as_it_is():
    code = types.SimpleNamespace(greeting=lambda: "hello")
    fake = mock.Mock(return_value="patched")
    with fakes_awaitable(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(code, "greeting", fake)
        assert code.greeting is fake
