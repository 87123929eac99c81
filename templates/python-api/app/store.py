"""The tasks, in SQLite: one file, no server."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# Carried out once each, in this order: append, never change one that has been out.
MIGRATIONS = (
    "create table tasks (id integer primary key, title text not null, done integer not null default 0,"
    " created_at text not null) strict",
)


@dataclass(frozen=True)
class Task:
    id: int
    title: str
    done: bool
    created_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class TaskStore:
    """Safe to use from several threads: each call has a connection of its own."""

    def __init__(self, file: str, now: Callable[[], datetime] = _now) -> None:
        self._file = file
        self._now = now
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute("pragma journal_mode = wal")
            (done,) = connection.execute("pragma user_version").fetchone()
            for number, statement in enumerate(MIGRATIONS[done:], start=done + 1):
                connection.execute("begin")
                connection.execute(statement)
                connection.execute(f"pragma user_version = {number}")
                connection.execute("commit")

    def page(self, limit: int, before: int | None = None) -> list[Task]:
        """Newest first; those older than `before` where it is given."""
        query = "select id, title, done, created_at from tasks where ? is null or id < ? order by id desc limit ?"
        with self._connection() as connection:
            return [_to_task(row) for row in connection.execute(query, (before, before, limit))]

    def get(self, task_id: int) -> Task | None:
        return self._one("select id, title, done, created_at from tasks where id = ?", task_id)

    def add(self, title: str) -> Task:
        query = "insert into tasks (title, created_at) values (?, ?) returning id, title, done, created_at"
        task = self._one(query, title, self._now().isoformat())
        if task is None:
            raise RuntimeError("the database kept nothing")
        return task

    def change(self, task_id: int, title: str | None, done: bool | None) -> Task | None:
        """What is None stays. None when there is no such task."""
        query = (
            "update tasks set title = coalesce(?, title), done = coalesce(?, done) where id = ?"
            " returning id, title, done, created_at"
        )
        return self._one(query, title, done, task_id)

    def remove(self, task_id: int) -> bool:
        """False when there was none."""
        return self._one("delete from tasks where id = ? returning id, title, done, created_at", task_id) is not None

    def _one(self, query: str, *values: object) -> Task | None:
        with self._connection() as connection:
            row = connection.execute(query, values).fetchone()
        return None if row is None else _to_task(row)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=5, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()


def _to_task(row: tuple[int, str, int, str]) -> Task:
    task_id, title, done, created_at = row
    return Task(id=task_id, title=title, done=bool(done), created_at=datetime.fromisoformat(created_at))
