"""A patient number carries its clinic and a check character that catches typing errors."""

import pytest

from schemas.patient_id import clinic_of, is_valid_patient_id, make_patient_id


@pytest.mark.parametrize(
    ("clinic", "number", "patient_id"),
    [("AMC", 15, "AMC-0015W"), ("FYS", 15, "FYS-00154"), ("AMC", 123456, "AMC-123456A")],
)
def test_a_number_is_padded_to_four_digits_and_checked(clinic: str, number: int, patient_id: str) -> None:
    assert make_patient_id(clinic, number) == patient_id
    assert is_valid_patient_id(patient_id)
    assert clinic_of(patient_id) == clinic


def test_every_single_typing_error_and_swap_of_neighbours_is_caught() -> None:
    number = "AMC-0015W"
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    slips = {number[:i] + letter + number[i + 1 :] for i in range(len(number)) for letter in alphabet if i != 3}
    slips |= {number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(4, len(number) - 1)}
    assert [slip for slip in slips - {number} if is_valid_patient_id(slip)] == []


@pytest.mark.parametrize("text", ["", "AMC0015W", "amc-0015w", "AMC-15W", "AMC-0015", "AMC-0015W\n", "Jansen"])
def test_a_text_of_another_shape_is_no_number(text: str) -> None:
    assert not is_valid_patient_id(text)


def test_a_clinic_may_have_its_own_format_without_a_check_character() -> None:
    assert is_valid_patient_id("12345678", r"\d{8}")
    assert not is_valid_patient_id("1234567", r"\d{8}")


@pytest.mark.parametrize(("clinic", "number"), [("amc", 1), ("A", 1), ("AMC", 0), ("AMC", 10**12)])
def test_a_number_that_cannot_be_is_not_made(clinic: str, number: int) -> None:
    with pytest.raises(ValueError, match="clinic code"):
        make_patient_id(clinic, number)
