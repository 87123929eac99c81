"""What people can enter, and what is said when it is not right."""

from django import forms

from .models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["text"]
        labels = {"text": "New note"}
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}
        error_messages = {"text": {"required": "Write something first."}}
