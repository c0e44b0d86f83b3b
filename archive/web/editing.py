"""Pages on which an editor corrects an article or goes back to an earlier version. A form that fails keeps what was
typed, and two editors at once are told of each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import clock
from archive.articles import compare, editing, queries
from archive.articles.content import content_of_version
from archive.articles.operations import ArchiveError, EditConflict
from archive.formats.base import DateReading, ParsedTag
from archive.models import Article, Tag, Version

from .doors import article_or_gone

editor = permission_required("archive.edit_article", raise_exception=True)

TEXTS = ("headline", "standfirst", "body")
LINES = ("headline", "standfirst", "byline", "dateline", "credit", "source_line")


class CorrectionForm(forms.Form):
    """The text, date and tags of an article, why they change, and the state of the article it was opened on."""

    headline = forms.CharField(label=gettext_lazy("Headline"), max_length=1000)
    standfirst = forms.CharField(
        label=gettext_lazy("Standfirst"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    byline = forms.CharField(label=gettext_lazy("Byline"), required=False, max_length=1000)
    dateline = forms.CharField(label=gettext_lazy("Dateline"), required=False, max_length=300)
    credit = forms.CharField(label=gettext_lazy("Credit"), required=False, max_length=300)
    source_line = forms.CharField(label=gettext_lazy("Source as printed"), required=False, max_length=1000)
    body = forms.CharField(
        label=gettext_lazy("Body"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=gettext_lazy("One paragraph a line."),
    )
    day = forms.DateField(
        label=gettext_lazy("Published on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Leave it empty when the article is undated."),
    )
    time = forms.TimeField(
        label=gettext_lazy("at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Only if it is known, such as Europe/Kyiv or +02:00; none is assumed."),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line; person:, place: or organisation: before the name says its kind."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    expected = forms.CharField(widget=forms.HiddenInput)

    def text_fields(self) -> list[forms.BoundField]:
        """Return the fields that are long to read."""
        return [self[name] for name in TEXTS]

    def other_fields(self) -> list[forms.BoundField]:
        """Return the short fields, which stand beside each other."""
        return [field for field in self.visible_fields() if field.name not in TEXTS]

    def clean_body(self) -> str:
        """Return the body with one paragraph a line and no blank ones."""
        lines = (line.strip() for line in self.cleaned_data["body"].splitlines())
        return "\n".join(line for line in lines if line)

    def clean_zone(self) -> str:
        """Accept a zone by name or offset, or none."""
        zone = self.cleaned_data["zone"].strip()
        if zone and _zone(zone) is None:
            raise forms.ValidationError(_("Name a zone such as Europe/Kyiv, or an offset such as +02:00."))
        return zone

    def clean(self) -> dict:
        """Ask for a day where a time was given."""
        cleaned = super().clean()
        if cleaned.get("time") and not cleaned.get("day"):
            self.add_error("day", _("Give the day as well."))
        if cleaned.get("zone") and not cleaned.get("time"):
            self.add_error("time", _("A time zone says something only beside a time."))
        return cleaned

    def published(self, article: Article) -> DateReading:
        """Return the date as the form gives it."""
        day, time, zone = (self.cleaned_data[name] for name in ("day", "time", "zone"))
        words = {"printed": article.published_printed, "where": "set by an editor", "rule": "editor", "zone": zone}
        if day is None:
            return DateReading(None, "unknown", **words)
        if time is None:
            return DateReading(datetime(day.year, day.month, day.day), "day", **words)
        value = datetime.combine(day, time)
        if not zone:
            return DateReading(value, "minute", **words)
        return DateReading(value.replace(tzinfo=_zone(zone)), "instant", **words)

    def parsed_tags(self) -> list[ParsedTag]:
        """Return the tags as the form gives them."""
        tags = []
        for line in self.cleaned_data["tags"].splitlines():
            kind, colon, name = line.partition(":")
            known = colon and kind.strip().lower() in Tag.Kind.values
            name = name.strip() if known else line.strip()
            if name:
                tags.append(ParsedTag(name, kind.strip().lower() if known else "topic"))
        return tags


class ReasonForm(forms.Form):
    """Why something is done, and the version it was decided on."""

    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    expected = forms.IntegerField(widget=forms.HiddenInput)


@editor
def edit(request, pk: int):
    """Correct an article; the correction is a new version with its reason and author."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    if article.current_version is None:
        raise Http404(_("This article has no text."))
    form = CorrectionForm(request.POST or None, initial=_initial(article))
    if request.method == "POST" and form.is_valid():
        try:
            version = editing.correct(
                article=article,
                correction=_correction(article, form),
                expected=form.cleaned_data["expected"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=clock.now(),
            )
        except EditConflict as error:
            form.add_error(None, str(error))
            article.refresh_from_db()
            form.data = form.data.copy()
            form.data["expected"] = editing.state_token(article)
        except ArchiveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved as version %(n)s.") % {"n": version.number} if version else _("Saved."))
            return redirect(article)
    page = queries.article_page(request.user, article.pk)
    context = {"section": "articles", "article": article, "version": page.version, "form": form, "page": page}
    context["candidates"] = page.reading.get("candidates", {})
    return render(request, "articles/edit.html", context, status=409 if form.non_field_errors() else 200)


@editor
def revert(request, pk: int, number: int):
    """Go back to an earlier version by writing a new one that says the same, with the difference shown before."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    to = article.versions.filter(number=number).first()
    if to is None or article.current_version is None:
        raise Http404(_("This article has no such version."))
    form = ReasonForm(request.POST or None, initial={"expected": article.current_version.number})
    if request.method == "POST" and form.is_valid():
        try:
            version = editing.revert(
                article=article, number=number, by=request.user, at=clock.now(), **form.cleaned_data
            )
        except ArchiveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved as version %(n)s.") % {"n": version.number})
            return redirect(article)
    compared = compare.compare_versions(article.current_version, to)
    context = {
        "section": "articles",
        "article": article,
        "to": to,
        "form": form,
        "sentence": compare.summary([[c.kind, c.before, c.after] for c in compared.changes]),
    }
    return render(request, "articles/revert.html", context, status=409 if form.non_field_errors() else 200)


def _initial(article: Article) -> dict[str, object]:
    version: Version = article.current_version
    at = article.published_at
    initial: dict[str, object] = {name: getattr(version, name) for name in (*LINES, "body")}
    initial["byline"] = article.byline_of(version)
    initial["tags"] = "\n".join(
        tag.name if tag.kind == Tag.Kind.TOPIC else f"{tag.kind}: {tag.name}" for tag in queries.tags_of(article)
    )
    initial["expected"] = editing.state_token(article)
    if at is not None:
        offset = article.published_offset
        local = at.astimezone(UTC) if offset is None else datetime.fromisoformat(article.published_iso)
        initial["day"] = local.date()
        if article.published_precision in ("instant", "minute"):
            initial["time"] = local.time()
        if offset is not None:
            initial["zone"] = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    return initial


def _correction(article: Article, form: CorrectionForm) -> editing.Correction:
    said = {name: form.cleaned_data[name].strip() for name in LINES}
    content = replace(content_of_version(article.current_version), **said, body=form.cleaned_data["body"])
    # An inferred date is told by a day; the form leaves it alone unless somebody touched it.
    touched = {"day", "time", "zone"} & set(form.changed_data)
    return editing.Correction(
        content=content,
        published=form.published(article) if touched else None,
        tags=form.parsed_tags() if "tags" in form.changed_data else None,
    )


def _zone(name: str):
    if name in available_timezones():
        return ZoneInfo(name)
    try:
        return datetime.strptime(name, "%z").tzinfo
    except ValueError:
        return None
