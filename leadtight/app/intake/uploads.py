"""Store the permitted files of a form post before intake."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadtight.app.intake.form_posts import FormPost
from leadtight.app.ports.files import UploadFiles
from leadtight.domain.intake.uploads import MOST_FILES, rejection_reason, safe_name, storage_path
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.policy.forms import Form


class Uploads:
    """Stores the files of posts, idempotently.

    The same post again stores the same files in the same places.
    """

    def __init__(self, files: UploadFiles) -> None:
        """Take where files are kept."""
        self._files = files

    def keep(self, form: Form, posted: FormPost) -> FormPost:
        """Return the post with its stored files.

        The field of every other file says why it was not kept.
        """
        stored: list[StoredFile] = []
        notes: dict[str, str] = {}
        for number, upload in enumerate(posted.uploads):
            reason = rejection_reason(upload) if number < MOST_FILES else f"over {MOST_FILES} files"
            if reason:
                notes[str(upload)] = f"file {upload.name} (not kept: {reason})"
                continue
            name, key = safe_name(upload.name), storage_path(form.id, posted.fields, posted.uploads, number)
            if not self._files.keep(key, upload.content, name):
                notes[str(upload)] = f"file {upload.name} (not kept: it could not be stored)"
                continue
            stored.append(StoredFile(name=name, content_type=upload.content_type, size=upload.size, key=key))
            notes[str(upload)] = str(stored[-1])
        return replace(posted, fields=_renamed(posted.fields, notes), uploads=(), files=tuple(stored))


def _renamed(fields: Mapping[str, Any], notes: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields with notes in place of file names."""

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(each) for each in value]
        return notes.get(value, value) if isinstance(value, str) else value

    return {name: renamed(value) for name, value in fields.items()}
