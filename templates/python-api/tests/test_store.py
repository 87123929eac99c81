"""Tasks outlive the process, and settings are checked when it starts."""

from pathlib import Path

import pytest

from app.config import Config, read_config
from app.store import TaskStore


def test_tasks_are_still_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    file = str(tmp_path / "below" / "app.db")
    added = TaskStore(file).add("stays")
    assert TaskStore(file).page(10) == [added]


def test_settings_come_from_the_environment() -> None:
    assert read_config({"PORT": "", "API_TOKEN": ""}) == Config()
    assert read_config({"PORT": "0", "DATABASE_FILE": "x.db"}) == Config(port=0, database_file="x.db")


@pytest.mark.parametrize("wrong", [{"PORT": "many"}, {"PORT": "70000"}, {"PORT": "-1"}, {"API_TOKEN": "short"}])
def test_a_wrong_setting_is_named_and_not_shown(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))) as raised:
        read_config(wrong)
    assert "short" not in str(raised.value)
