"""The pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from .forms import NoteForm
from .models import Note

MOST_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST) if request.method == "POST" else NoteForm()
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("notes:index")
    status = 422 if form.is_bound else 200
    return render(request, "notes/index.html", {"form": form, "notes": Note.objects.all()[:MOST_SHOWN]}, status=status)


@require_POST
def delete(_: HttpRequest, note_id: int) -> HttpResponse:
    Note.objects.filter(pk=note_id).delete()
    return redirect("notes:index")
