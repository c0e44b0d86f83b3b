"""Filter sets that pages and the interface share: what an address may ask for, checked before it is used."""

from __future__ import annotations

import django_filters
from django.forms import CheckboxInput
from django.utils.translation import gettext_lazy as _

from archive.models import Article

ORDERS = [("relevance", _("Best match")), ("newest", _("Newest")), ("oldest", _("Oldest"))]


class SearchFilter(django_filters.FilterSet):
    """How the hits of a search are shown and narrowed beside the query itself."""

    order = django_filters.ChoiceFilter(choices=ORDERS, label=_("Order"))
    since = django_filters.DateFilter(label=_("From"))
    until = django_filters.DateFilter(label=_("To"))
    page = django_filters.NumberFilter(min_value=1, max_value=10_000)
    any = django_filters.BooleanFilter(widget=CheckboxInput)
    unfold = django_filters.BooleanFilter(widget=CheckboxInput)
    as_of = django_filters.IsoDateTimeFilter()

    class Meta:
        model = Article
        fields: list[str] = []

    def chosen(self) -> dict:
        """Return what was asked for by name; what can't be read counts as not asked."""
        self.form.is_valid()
        return {name: self.form.cleaned_data.get(name) for name in self.base_filters}
