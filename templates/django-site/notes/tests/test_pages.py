"""The site as people and other sites meet it."""

from unittest.mock import patch

from django.test import Client, TestCase, override_settings

from notes.models import Note


class Pages(TestCase):
    def test_at_first_there_are_no_notes(self) -> None:
        page = self.client.get("/")
        self.assertContains(page, "There are no notes yet")
        self.assertContains(page, '<label for="id_text">')

    def test_a_note_that_was_added_is_shown_the_newest_first(self) -> None:
        for text in (" milk ", "bread"):
            self.assertRedirects(self.client.post("/", {"text": text}), "/")
        page = self.client.get("/").content.decode()
        self.assertLess(page.index("<p>bread</p>"), page.index("<p>milk</p>"))

    def test_what_people_write_is_text_and_never_markup(self) -> None:
        self.client.post("/", {"text": "<script>alert(1)</script>"})
        page = self.client.get("/")
        self.assertContains(page, "&lt;script&gt;")
        self.assertNotContains(page, "<script")

    def test_a_note_that_is_empty_or_too_long_is_refused_and_what_was_written_is_kept(self) -> None:
        empty = self.client.post("/", {"text": "  "})
        self.assertContains(empty, "Write something first", status_code=422)
        long = self.client.post("/", {"text": "x" * 501})
        self.assertContains(long, "x" * 501, status_code=422)
        self.assertEqual(Note.objects.count(), 0)

    def test_a_note_can_be_deleted_twice_as_well(self) -> None:
        note = Note.objects.create(text="old")
        for _ in range(2):
            self.assertRedirects(self.client.post(f"/notes/{note.id}/delete"), "/")
        self.assertEqual(Note.objects.count(), 0)
        self.assertEqual(self.client.get(f"/notes/{note.id}/delete").status_code, 405)

    def test_another_site_can_change_nothing(self) -> None:
        note = Note.objects.create(text="mine")
        stranger = Client(enforce_csrf_checks=True)
        self.assertEqual(stranger.post("/", {"text": "theirs"}).status_code, 403)
        self.assertEqual(stranger.post(f"/notes/{note.id}/delete").status_code, 403)
        self.assertEqual([str(one) for one in Note.objects.all()], ["mine"])


class Operations(TestCase):
    def test_every_answer_carries_the_security_headers(self) -> None:
        for path in ("/", "/nowhere"):
            headers = self.client.get(path).headers
            self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["X-Frame-Options"], "DENY")

    def test_what_is_not_there_is_said_to_be_not_there(self) -> None:
        self.assertContains(self.client.get("/nowhere"), "There is nothing here", status_code=404)

    def test_it_says_that_it_is_well_only_as_long_as_the_database_answers(self) -> None:
        self.assertEqual(self.client.get("/healthz").content, b"ok\n")
        self.client.raise_request_exception = False
        with patch("site_project.urls.connection") as connection, self.assertLogs("django.request"):
            connection.cursor.side_effect = RuntimeError("disk on fire")
            broken = self.client.get("/healthz")
        self.assertEqual(broken.status_code, 500)
        self.assertNotIn(b"fire", broken.content)

    def test_the_admin_is_for_those_who_signed_in(self) -> None:
        self.assertRedirects(self.client.get("/admin/"), "/admin/login/?next=/admin/")

    @override_settings(ALLOWED_HOSTS=["site.example"])
    def test_it_answers_under_its_own_names_alone(self) -> None:
        self.assertEqual(self.client.get("/", headers={"host": "other.example"}).status_code, 400)
