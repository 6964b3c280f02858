"""Rows within a page of the administration, whose links to other tables are autocompletes."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)
Whole = TypeVar("Whole", bound=models.Model)

Groups = list[tuple[str | None, list[dict[str, Any]], int | None]]


class ChosenSelect(AutocompleteSelect):
    """An autocomplete that is told what was chosen, where Django's would ask for it row by row."""

    chosen: models.Model | None = None

    def optgroups(
        self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None
    ) -> Groups:
        chosen = self.chosen
        if chosen is None or list(value) != [str(chosen.pk)]:
            return super().optgroups(name, value, attrs)
        groups: Groups = super().optgroups(name, [], attrs)
        options = groups[0][1]
        options.append(self.create_option(name, chosen.pk, str(chosen), True, len(options)))
        return groups


class ChosenFormSet(BaseInlineFormSet[Any, Any, Any]):
    """Forms of rows that came with what they link to, in one statement."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if form.instance.pk and isinstance(field.widget, ChosenSelect):
                field.widget.chosen = getattr(form.instance, name)


class ChosenInline(admin.TabularInline[Row, Whole]):
    """Needs `autocomplete_fields`; its page asks as much for many rows as for one."""

    formset = ChosenFormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        # Without the links to the other table's pages: they would take most of each row.
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            options["widget"] = ChosenSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows, whole = super().get_queryset(request), str(self.parent_model._meta.model_name)
        return rows.select_related(*self.autocomplete_fields, whole)
