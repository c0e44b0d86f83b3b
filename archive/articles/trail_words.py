"""The words of the trail: stored in English, whoever acts, and said in the language of whoever reads the page.

Promise: every name of an action, every thing an entry can be about and every value it can name stands here; a test
holds the lists to the code that writes the trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db.models import TextChoices
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from archive.models import Article, Attribution, Confirmation

from .sentences import Sentences

ACTIONS = (
    _("answer research"),
    _("ask for research"),
    _("claim confirmed"),
    _("collect"),
    _("confirmation restored"),
    _("confirmation withdrawn"),
    _("correct"),
    _("edit collection"),
    _("embargo"),
    _("evidence pack"),
    _("export"),
    _("kill"),
    _("legal erase carried out"),
    _("legal hold lifted"),
    _("legal note"),
    _("legal note lifted"),
    _("legal redact carried out"),
    _("legal request granted"),
    _("legal request refused"),
    _("legal request: erase"),
    _("legal request: hold"),
    _("legal request: kill"),
    _("legal request: redact"),
    _("lift embargo"),
    _("make collection"),
    _("merge article"),
    _("merge outlet"),
    _("merge tag"),
    _("note in collection"),
    _("put collection away"),
    _("reinstate"),
    _("rename tag"),
    _("revert"),
    _("source added"),
    _("source changed"),
    _("source rejected"),
    _("source restored"),
    _("split article"),
    _("take collection back"),
    _("take out of collection"),
    _("undo article merge"),
    _("undo outlet merge"),
    _("undo split merge"),
    _("undo tag merge"),
    _("undo tag renaming"),
    _("withdraw import run"),
    _("withhold"),
    _("wording put back"),
    _("wording taken out"),
)

# What an entry is about, and which job acted where no person did.
SUBJECTS = (
    _("article %(number)s"),
    _("collection %(number)s"),
    _("confirmation %(number)s"),
    _("import run %(number)s"),
    _("outlet %(number)s"),
    _("quote family %(number)s"),
    _("split %(number)s"),
    _("story %(number)s"),
    _("tag %(number)s"),
    _("everything"),
    _("archive"),
    _("lift embargoes"),
    _("restore"),
)

# Reasons that the archive itself gives, for the trail and for the version or status that it wrote.
NOTES = (
    _("Split from article %(number)s: %(reason)s"),
    _("Split from article %(number)s:"),
    _("Import run %(run)s was withdrawn: %(reason)s"),
    _("no reason given"),
    _("Read again from the capture."),
    _("The outlet asked for it to be withheld."),
    _("Killed by the outlet."),
)

# The values that an entry names, before and after.
NAMES = {
    "articles": _("articles"),
    "asker": _("asked by"),
    "answer": _("answer"),
    "captures": _("captures"),
    "claim": _("claim"),
    "description": _("description"),
    "embargoed_until": _("embargoed until"),
    "fields": _("fields"),
    "finding": _("finding"),
    "form": _("form"),
    "into": _("into"),
    "is_shared": _("shared"),
    "kept": _("kept"),
    "kind": _("kind"),
    "language": _("language"),
    "name": _("name"),
    "note": _("note"),
    "origins": _("origins"),
    "position": _("position"),
    "published_at": _("date of publication"),
    "question": _("question"),
    "relies_on": _("hands on"),
    "role": _("role"),
    "says again": _("says again"),
    "set_back": _("set back"),
    "source": _("source"),
    "status": _("status"),
    "tags": _("tags"),
    "text": _("text"),
    "version": _("version"),
    "withheld": _("withheld"),
    "wording": _("wording"),
}
CHOICES: dict[str, type[TextChoices]] = {
    "finding": Confirmation.Finding,
    "kind": Attribution.Kind,
    "role": Attribution.Role,
    "status": Article.Status,
}

SENTENCES = Sentences((*ACTIONS, *SUBJECTS))


def said(text: str) -> str:
    """Return an action, a subject or a job in the language of whoever reads the page."""
    return SENTENCES.said(text)


def facts(values: Mapping[str, object], field_name: Callable[[str], str] = str) -> Iterator[tuple[str, str]]:
    """Yield what an entry names, before or after, as words for a page: (name, value). Fields are called as told."""
    for name, value in values.items():
        yield gettext(NAMES[name]) if name in NAMES else name, _value(name, value, field_name)


def _value(name: str, value: object, field_name: Callable[[str], str]) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(field_name(str(part)) if name == "fields" else str(part) for part in value) or "–"
    choices = CHOICES.get(name)
    if choices is not None and value in choices.values:
        return str(choices(value).label)
    if name.endswith("_until") and isinstance(value, str):
        return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    return str(value)
