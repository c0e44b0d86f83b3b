"""Pages on which a tag or an outlet gets another name, becomes part of another one, and is taken apart again."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import merging
from archive.articles.operations import ArchiveError, find_outlet
from archive.models import MergeRecord, Outlet, Tag
from archive.text.keys import name_key

editor = permission_required("archive.edit_article", raise_exception=True)
archivist = permission_required("archive.merge_article", raise_exception=True)


class RenameForm(forms.Form):
    """Another name, and why."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("Why"), required=False)


class MergeForm(forms.Form):
    """The name of the one it becomes part of, and why."""

    into = forms.CharField(label=gettext_lazy("Becomes part of"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("Why"), required=False)


@editor
def tag(request, pk: int):
    """Rename a tag, or merge it into another of its kind."""
    held = get_object_or_404(Tag, pk=pk)
    rename = RenameForm(request.POST if "name" in request.POST else None, initial={"name": held.name})
    merge = MergeForm(request.POST if "into" in request.POST else None)
    try:
        if rename.is_valid():
            merging.rename_tag(tag=held, by=request.user, at=clock.now(), **rename.cleaned_data)
            messages.success(
                request, _("Renamed. What comes in under the old name gets this tag; it can be undone here.")
            )
            return redirect("tag_edit", pk)
        if merge.is_valid():
            into = Tag.objects.filter(kind=held.kind, key=name_key(merge.cleaned_data["into"])).first()
            if into is None:
                merge.add_error("into", _("There is no tag of this kind and name."))
            else:
                reason = merge.cleaned_data["reason"]
                merging.merge_tags(source=held, target=into, by=request.user, reason=reason, at=clock.now())
                messages.success(request, _("Merged. It can be undone here."))
                return redirect("tag_edit", into.pk)
    except ArchiveError as error:
        messages.error(request, str(error))
    records = merging.tag_records(held)
    context = {"section": "tags", "thing": held, "rename": rename, "merge": merge, "records": records}
    context["url"] = held.get_absolute_url()
    return render(request, "labels/edit.html", context)


@archivist
def outlet(request, slug: str):
    """Merge an outlet into another one; its articles, names and hosts go over."""
    held = get_object_or_404(Outlet, slug=slug)
    merge = MergeForm(request.POST if request.method == "POST" else None)
    if merge.is_valid():
        into = find_outlet(name=merge.cleaned_data["into"])
        if into is None:
            merge.add_error("into", _("No outlet is known by this name."))
        else:
            reason = merge.cleaned_data["reason"]
            try:
                merging.merge_outlets(source=held, target=into, by=request.user, reason=reason, at=clock.now())
            except ArchiveError as error:
                merge.add_error(None, str(error))
            else:
                messages.success(request, _("Merged. It can be undone here."))
                return redirect("outlet_edit", into.slug)
    records = merging.outlet_records(held)
    context = {"section": "outlets", "thing": held, "merge": merge, "records": records}
    context["url"] = reverse("outlet", args=[held.slug])
    return render(request, "labels/edit.html", context)


@editor
@require_POST
def undo(request, record: int):
    """Take a merge of tags or outlets, or a tag's other name, back; the operation asks for the role."""
    held = get_object_or_404(MergeRecord, pk=record, kind__in=[*merging.TAG_KINDS, MergeRecord.Kind.OUTLET])
    try:
        merging.undo(record=held, by=request.user, at=clock.now())
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone."))
    if held.kind in merging.TAG_KINDS:
        return redirect("tag_edit", held.source_id)
    return redirect("outlet", get_object_or_404(Outlet, pk=held.source_id).slug)
