"""In production the site does not start half configured."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.test import SimpleTestCase, TestCase


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    # Without what is set for this process, but with what a program needs to run at all.
    rest = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    command = [sys.executable, "manage.py", "check", "--deploy"]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=rest | environment, capture_output=True, text=True)


class Settings(SimpleTestCase):
    def test_production_needs_a_secret_key(self) -> None:
        refused = check(DJANGO_ENV="production", DJANGO_SECRET_KEY="short")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("DJANGO_SECRET_KEY", refused.stderr)
        self.assertEqual(check(DJANGO_ENV="production", DJANGO_SECRET_KEY="k" * 40).returncode, 0)


class Migrations(TestCase):
    def test_the_models_and_the_migrations_say_the_same(self) -> None:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
