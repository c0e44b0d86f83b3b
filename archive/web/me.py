"""A reader's own settings: name, time zone, theme."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from archive.models import User


class SettingsForm(forms.ModelForm):
    """What a person may set about themselves."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "time_zone", "theme"]
        help_texts = {"time_zone": _("Such as Europe/Madrid. With UTC, the browser's own zone is used where it tells.")}
        widgets = {"time_zone": forms.TextInput(attrs={"list": "zones", "autocomplete": "off"})}

    def clean_time_zone(self) -> str:
        """Accept only zones that exist."""
        name = self.cleaned_data["time_zone"].strip()
        if name not in available_timezones():
            raise forms.ValidationError(_("There is no such zone: write a name such as Europe/Madrid."))
        return name


def me(request):
    """Show and keep the reader's settings."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your settings are kept."))
        return redirect("me")
    return render(request, "me.html", {"form": form, "zones": sorted(available_timezones())})
