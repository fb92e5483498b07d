"""Rates, places, sizes: 429 with the seconds to wait, 413; and an open server is as it was."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.access.limits import Places, Rates
from assistant.service import Service
from ingest.index.pipeline import Library
from tests.assistant.access.conftest import Closed, closed_over
from tests.assistant.support import BILANS, problem


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_up() -> None:
    clock = Seconds()
    rates = Rates(clock)
    assert [rates.wait("a", 3) for _ in range(4)] == [0, 0, 0, 20]
    assert rates.wait("b", 3) == 0
    clock.now = 19
    assert rates.wait("a", 3) == 1
    clock.now = 20
    assert rates.wait("a", 3) == 0
    clock.now = 1000
    assert [rates.wait("a", 3) for _ in range(4)] == [0, 0, 0, 20]


def test_places_are_given_back_whatever_happens() -> None:
    places = Places(4)
    with places.taken("a") as one, places.taken("a") as two, places.taken("a") as three, places.taken("b") as four:
        assert (one, two, three, four) == (True, True, False, True)
        with places.taken("c") as five, places.taken("d") as six:
            assert (five, six) == (True, False)
    with pytest.raises(ZeroDivisionError), places.taken("a"):
        raise ZeroDivisionError
    with places.taken("a") as again, places.taken("a") as twice:
        assert (again, twice) == (True, True)


def test_a_key_over_its_rate_is_told_when_to_come_back(closed: Closed) -> None:
    client = closed.client("ask", rate=2)
    assert [client.get("/api/sources").status_code for _ in range(2)] == [200, 200]
    refused = client.get("/api/sources")
    problem(refused, 429, "too_many")
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert closed.client("ask").get("/api/sources").status_code == 200


def test_an_address_that_tries_keys_is_stopped(closed: Closed) -> None:
    thief = TestClient(closed.app, client=("198.51.100.9", 1))
    wrong = {"Authorization": "Bearer clv_0123456789_" + "A" * 43}
    statuses = [thief.get("/api/sources", headers=wrong).status_code for _ in range(25)]
    assert statuses[:20] == [401] * 20
    assert set(statuses[20:]) == {429}
    assert closed.client("ask").get("/api/sources").status_code == 200


def test_an_address_has_a_rate_where_nobody_or_anybody_holds_the_key(library: Library) -> None:
    closed = closed_over(library.settings, rate_per_address=3)
    page = closed.client("ask", origins=["https://intranet.ecole.fr"])
    assert [page.get("/v1/models").status_code for _ in range(4)] == [200, 200, 200, 429]
    elsewhere = TestClient(closed.app, client=("198.51.100.9", 1), headers=dict(page.headers))
    assert elsewhere.get("/v1/models").status_code == 200
    opened = closed_over(library.settings, access="open", rate_per_address=3).client(keyed=False)
    assert [opened.get("/api/sources").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_an_open_server_has_no_rate(tiny: Service, client: TestClient) -> None:
    assert {client.get("/healthz").status_code for _ in range(130)} == {200}
    assert {client.get("/api/passages/x").status_code for _ in range(130)} == {404}


def test_too_many_at_once_are_told_to_come_back(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = closed_over(library.settings, concurrency=2)
    entered, leave = threading.Barrier(2, timeout=20), threading.Event()
    ask = closed.service.ask

    def slow(*args: Any, **how: Any) -> Any:
        entered.wait()
        assert leave.wait(20)
        return ask(*args, **how)

    monkeypatch.setattr(closed.service, "ask", slow)
    one, two = closed.client("ask"), closed.client("ask")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(one.post, "/api/chat", json={"question": BILANS})
        entered.wait()
        refused = one.post("/api/chat", json={"question": BILANS})
        beside = two.get("/api/sources")
        leave.set()
        assert first.result(20).status_code == 200
    problem(refused, 429, "too_many")
    assert refused.headers["retry-after"] == "1"
    assert beside.status_code == 200
    entered.reset()
    leave.set()
    monkeypatch.setattr(closed.service, "ask", ask)
    assert one.post("/api/chat", json={"question": BILANS}).status_code == 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_its_limit_is_not_read(closed: Closed, announced: bool) -> None:
    def chunks() -> Any:
        for _ in range(64):
            yield b" " * 65536

    client = closed.client("ask")
    body: Any = b" " * (2 * 1024 * 1024) if announced else chunks()
    refused = client.post("/api/chat", content=body, headers={"Content-Type": "application/json"})
    problem(refused, 413, "too_big")


def test_files_are_announced(closed: Closed) -> None:
    client = closed.client("label")

    def parts() -> Any:
        yield b"--x\r\n"

    refused = client.post(
        "/api/label/projects/x/grid", content=parts(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    problem(refused, 422, "bad_request")
    huge = client.post(
        "/api/label/projects/x/grid",
        content=b"",
        headers={"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(1 << 40)},
    )
    problem(huge, 413, "too_big")
