"""The API as its callers meet it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.config import Config
from app.main import create_app
from app.store import TaskStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> TaskStore:
    return TaskStore(str(tmp_path / "app.db"), now=lambda: NOW)


@pytest.fixture
def client(store: TaskStore) -> Iterator[TestClient]:
    with TestClient(create_app(Config(), store), raise_server_exceptions=False) as client:
        yield client


def test_a_task_that_was_added_can_be_read_changed_and_removed(client: TestClient) -> None:
    added = client.post("/v1/tasks", json={"title": " Buy milk "})
    milk = {"id": 1, "title": "Buy milk", "done": False, "created_at": "2026-01-02T03:04:05Z"}
    assert added.status_code == 201
    assert added.headers["location"] == "/v1/tasks/1"
    assert added.json() == milk
    assert client.get("/v1/tasks/1").json() == milk
    assert client.patch("/v1/tasks/1", json={"done": True}).json() == {**milk, "done": True}
    assert client.patch("/v1/tasks/1", json={"title": "Bread"}).json() == {**milk, "title": "Bread", "done": True}
    assert client.delete("/v1/tasks/1").status_code == 204
    assert client.delete("/v1/tasks/1").status_code == 404
    assert client.get("/v1/tasks/1").json() == {"title": "There is no such task.", "status": 404}


def test_tasks_come_newest_first_in_pages_that_leave_nothing_out(client: TestClient, store: TaskStore) -> None:
    for title in ("one", "two", "three"):
        store.add(title)
    first = client.get("/v1/tasks?limit=2").json()
    assert [task["title"] for task in first["items"]] == ["three", "two"]
    second = client.get(f"/v1/tasks?limit=2&before={first['next']}").json()
    assert [task["title"] for task in second["items"]] == ["one"]
    assert second["next"] is None


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": " "}, {"title": "x" * 201}, {"title": "a", "more": 1}, []])
def test_input_that_is_not_right_is_refused_field_by_field(client: TestClient, store: TaskStore, body: object) -> None:
    refused = client.post("/v1/tasks", json=body)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"]
    assert store.page(10) == []


def test_with_a_token_set_only_who_sends_it_may_change_something(store: TaskStore) -> None:
    token = "a-token-for-tests"
    with TestClient(create_app(Config(api_token=token), store)) as client:
        assert client.post("/v1/tasks", json={"title": "a"}).status_code == 401
        wrong = {"authorization": f"Bearer {token[:-1]}"}
        assert client.post("/v1/tasks", json={"title": "a"}, headers=wrong).status_code == 401
        right = {"authorization": f"Bearer {token}"}
        assert client.post("/v1/tasks", json={"title": "a"}, headers=right).status_code == 201
        assert client.get("/v1/tasks").status_code == 200


def test_what_is_too_large_or_not_there_is_said_in_the_same_shape(client: TestClient) -> None:
    assert client.post("/v1/tasks", json={"title": "x" * 70_000}).status_code == 413
    assert client.get("/nowhere").json()["status"] == 404
    assert client.put("/v1/tasks/1", json={}).status_code == 405


def test_what_breaks_shows_nothing_of_its_insides(
    client: TestClient, store: TaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(store, "page", burn)
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert "fire" not in answer.text


def test_it_says_that_it_is_well_and_describes_itself(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/healthz", "/v1/tasks", "/v1/tasks/{task_id}"}
