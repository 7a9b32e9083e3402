"""What is typed or pasted is never cut without a word: it is sent whole, and what is too long is told on its field."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError

from lifecycle.forms import CommentForm

ROOT = Path(settings.BASE_DIR)
OURS = {one.name for one in apps.get_app_configs() if Path(one.path).parent == ROOT}


def all_forms() -> Iterator[type[forms.BaseForm]]:
    """Every form of the product."""
    for app in sorted(OURS):
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            if ".migrations." not in module.name and ".management." not in module.name:
                import_module(module.name)
    wanted: list[type[forms.BaseForm]] = [forms.BaseForm]
    for form in wanted:
        wanted += [one for one in form.__subclasses__() if one not in wanted]
        if form.__module__.partition(".")[0] in OURS:
            yield form


def all_texts() -> Iterator[tuple[str, forms.CharField]]:
    """Every field of these in which one types a text that may be too long."""
    for form in all_forms():
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, forms.CharField) and field.max_length and not field.widget.is_hidden:
                yield f"{form.__module__}.{form.__name__}.{name}", field


def test_no_field_of_any_form_is_cut_by_the_browser() -> None:
    texts = dict(all_texts())
    assert len(texts) > 100
    cut = [where for where, field in texts.items() if "maxlength" in field.widget.render("text", "")]
    assert cut == []


def test_each_says_in_a_sentence_how_long_it_may_be_and_how_long_it_is() -> None:
    for where, field in all_texts():
        assert field.max_length
        typed = ("é" * (field.max_length + 1)) if not isinstance(field, forms.EmailField) else (
            "e" * (field.max_length + 1 - len("@exemple.fr")) + "@exemple.fr"
        )  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        told = " ".join(refused.value.messages)
        assert f"au plus {field.max_length} caractère" in told, (where, told)
        assert f"(actuellement {field.max_length + 1})" in told, (where, told)


def test_what_is_too_long_is_still_there() -> None:
    typed = "à redire " * 200
    form = CommentForm({"comment": typed})
    assert not form.is_valid()
    assert typed in str(form["comment"])


def test_no_template_cuts_either() -> None:
    files = [file for file in ROOT.rglob("templates/**/*.html") if ".venv" not in file.parts]
    assert len(files) > 100
    assert [str(file) for file in files if "maxlength=" in file.read_text()] == []
