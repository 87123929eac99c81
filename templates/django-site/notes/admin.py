"""What the people who run the site see of it, at /admin."""

from django.contrib import admin

from .models import Note


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    list_display = ["__str__", "created_at"]
    search_fields = ["text"]
