"""Patient numbers in bulk agree with the library that defines the check character."""

import numpy as np
import pytest
from stdnum.iso7064 import mod_37_36

from pipelines.synthetic.patient_ids import own_ids, patient_ids

NUMBERS = np.array([1, 15, 999, 1000, 9999, 10000, 123456, 9_999_999])


@pytest.mark.parametrize("clinic", ["NRD", "C007", "AB"])
def test_the_check_character_is_that_of_iso_7064(clinic: str) -> None:
    expected = [f"{clinic}-{n:04d}{mod_37_36.calc_check_digit(f'{clinic}{n:04d}')}" for n in NUMBERS]
    assert patient_ids(clinic, NUMBERS).to_list() == expected


def test_own_numbers_follow_the_clinics_template() -> None:
    assert own_ids("FYS-{:06d}", np.array([1, 4711])).to_list() == ["FYS-000001", "FYS-004711"]
