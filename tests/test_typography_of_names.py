"""A name after « de » and « que »."""

import pytest
from django.template import Context, Template

from typography.french import of, que


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Aziz", "d’Aziz"),
        ("Opérateur de l’internet solidaire", "d’Opérateur de l’internet solidaire"),
        ("Élodie", "d’Élodie"),
        ("Œuvre du Nord", "d’Œuvre du Nord"),
        ("Samira", "de Samira"),
        ("Hauts-de-France", "de Hauts-de-France"),
        ("Yanis", "de Yanis"),
        ("", "de "),
    ],
)
def test_de_elides_before_a_vowel_and_an_h_is_left_whole(name: str, said: str) -> None:
    assert of(name) == said


def test_que_elides_the_same_and_a_page_marks_the_name_alone() -> None:
    assert [que(name) for name in ("Aziz", "Samira")] == ["qu’", "que "]
    page = Template("{% load dates %}le dossier {{ name|de }}<strong>{{ name }}</strong>, {{ name|que }}{{ name }}")
    assert page.render(Context({"name": "Inès"})) == "le dossier d’<strong>Inès</strong>, qu’Inès"
