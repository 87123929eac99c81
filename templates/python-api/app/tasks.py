"""The operations on tasks, and the shapes of what goes in and out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from .store import Task, TaskStore

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TaskId = Annotated[int, Path(ge=1, le=2**53)]


class NewTask(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title


class TaskChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title | None = None
    done: bool | None = None


class TaskOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    done: bool
    created_at: datetime


class TaskPage(BaseModel):
    items: list[TaskOut]
    next: int | None


def task_routes(store: TaskStore) -> APIRouter:
    # Plain functions, no coroutines: FastAPI runs them in threads, so that the database holds nobody up.
    routes = APIRouter(prefix="/v1/tasks", tags=["tasks"])

    @routes.get("", summary="Tasks, newest first")
    def list_tasks(
        limit: Annotated[int, Query(ge=1, le=100)] = 20, before: Annotated[int | None, Query(ge=1)] = None
    ) -> TaskPage:
        items = [TaskOut.model_validate(task) for task in store.page(limit, before)]
        return TaskPage(items=items, next=items[-1].id if len(items) == limit else None)

    @routes.post("", status_code=201, summary="Add a task")
    def add_task(body: NewTask, response: Response) -> TaskOut:
        task = store.add(body.title)
        response.headers["location"] = f"/v1/tasks/{task.id}"
        return TaskOut.model_validate(task)

    @routes.get("/{task_id}", summary="One task")
    def get_task(task_id: TaskId) -> TaskOut:
        return TaskOut.model_validate(_there(store.get(task_id)))

    @routes.patch("/{task_id}", summary="Change a task")
    def change_task(task_id: TaskId, body: TaskChange) -> TaskOut:
        return TaskOut.model_validate(_there(store.change(task_id, body.title, body.done)))

    @routes.delete("/{task_id}", status_code=204, summary="Remove a task")
    def remove_task(task_id: TaskId) -> None:
        if not store.remove(task_id):
            _there(None)

    return routes


def _there(task: Task | None) -> Task:
    if task is None:
        raise HTTPException(404, "There is no such task.")
    return task
