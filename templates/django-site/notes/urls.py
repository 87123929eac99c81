"""Where the pages are."""

from django.urls import path

from . import views

app_name = "notes"
urlpatterns = [
    path("", views.index, name="index"),
    path("notes/<int:note_id>/delete", views.delete, name="delete"),
]
