"""The pivot holds every form whole, and finds a column by any of its names."""

import subprocess
import sys

import pytest

from schemas.dictionary import FORM_NAMES, KINDS, Dictionary, normalise, read_dictionary
from schemas.vocabulary import LANGUAGES


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return read_dictionary()


def test_importing_the_dictionary_loads_no_heavy_library() -> None:
    code = (
        "import sys, schemas.dictionary, schemas.vocabulary, schemas.rules;"
        "print(sorted({'pandera', 'polars', 'pandas', 'duckdb'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_seven_forms_are_there_with_their_keys(dictionary: Dictionary) -> None:
    episode = ("patient_id", "side", "injury_no")
    assert {name: form.key for name, form in dictionary.forms.items()} == {
        "enrolment": episode,
        "treatment": (*episode, "treatment_no"),
        "follow_up": (*episode, "assessed_on"),
        "imaging": (*episode, "mri_on"),
        "rehabilitation": (*episode, "phase"),
        "event": (*episode, "event_no"),
        "screening": ("clinic", "month_on"),
    }


@pytest.mark.parametrize("form", FORM_NAMES)
def test_every_field_says_what_it_is(dictionary: Dictionary, form: str) -> None:
    for field in dictionary.forms[form].fields:
        assert field.kind in KINDS
        assert set(field.label) == set(LANGUAGES)
        assert all(field.label.values())
        assert field.description.endswith(".")
        assert bool(field.vocabulary) == (field.kind == "code")
        assert field.vocabulary in ("", *dictionary.vocabularies)


@pytest.mark.parametrize("form", FORM_NAMES)
def test_a_header_means_one_field(dictionary: Dictionary, form: str) -> None:
    meanings: dict[str, set[str]] = {}
    for field in dictionary.forms[form].template_fields:
        for text in (field.name, *field.label.values()):
            meanings.setdefault(normalise(text), set()).add(field.name)
    assert {text: names for text, names in meanings.items() if len(names) > 1} == {}


def test_a_name_means_one_thing_everywhere(dictionary: Dictionary) -> None:
    texts: dict[str, set[tuple[str, str, str]]] = {}
    for form in dictionary.forms.values():
        for field in form.fields:
            texts.setdefault(field.name, set()).add((field.description, field.kind, field.vocabulary))
    assert {name: found for name, found in texts.items() if len(found) > 1} == {}


def test_the_version_is_short_and_stable(dictionary: Dictionary) -> None:
    assert len(dictionary.version) == 12
    assert dictionary.version == Dictionary(dictionary.forms, dictionary.vocabularies, dictionary.rules).version
