"""Damaged files of a known truth: every result is perfect, refused with a reason, or counted against the reader."""

from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.encoding import decode
from pipelines.intake.reading import read_file, read_text
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Section
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from tests.support.damage import DAMAGES, File, make_file
from tests.support.judgement import NOTED, PERFECT, REFUSED, STRICT, WRONG, judge

LARGE = "5 MB in one field"
KINDS = [kind for kind in DAMAGES if kind != LARGE]
SUMMARY = "summary"  # what a test records under this name is printed at the end of the run
OUTCOMES = (PERFECT, REFUSED, STRICT, NOTED, WRONG)


def clinic_of(file: File) -> Clinic:
    return Clinic(code="AMC", id_format=r"AMC-\d{4}[A-K]", decimal="comma" if file.dialect.decimal == "," else "point")


def count_outcomes(kind: str, seeds: range) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for seed in seeds:
        file = make_file(kind, seed)
        reading = read_file("file.csv", file.content, read_dictionary(), clinic_of(file), Limits())
        verdict = validate("file.csv", reading, read_dictionary(), clinic_of(file))
        assert all(map(adds_up, verdict.sections)), f"{kind}, seed {seed}"
        outcomes[judge(file, verdict)] += 1
    return outcomes


def adds_up(section: Section) -> bool:
    """Every record is in exactly one place, as the receipt shows it."""
    counted = section.records
    places = counted.header + counted.blank + counted.furniture + section.rows.height + section.rejected
    return counted.physical == places


def report(counts: Mapping[str, Counter[str]]) -> str:
    lines = [f"{'damage':<24}" + "".join(f"{outcome:>16}" for outcome in OUTCOMES)]
    lines += [
        f"{kind:<24}" + "".join(f"{count[outcome]:>16}" for outcome in OUTCOMES) for kind, count in counts.items()
    ]
    return "\n".join(lines)


def check(counts: Mapping[str, Counter[str]], record_property: Callable[[str, object], None]) -> None:
    record_property(SUMMARY, "files of each kind of damage, by what the reader made of them\n" + report(counts))
    for kind, outcomes in counts.items():
        assert outcomes[WRONG] == 0, kind
        assert outcomes[PERFECT] >= (1 if kind == "none" else 0.9) * outcomes.total(), kind


def test_no_damage_is_silently_wrong_and_nine_in_ten_files_of_each_kind_are_read_perfectly(
    record_property: Callable[[str, object], None],
) -> None:
    counts = {kind: count_outcomes(kind, range(8)) for kind in KINDS}
    check({**counts, LARGE: count_outcomes(LARGE, range(1))}, record_property)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "n_files"), [*((kind, 400) for kind in KINDS), (LARGE, 10)])
def test_the_same_holds_for_many_more_files(
    kind: str, n_files: int, record_property: Callable[[str, object], None]
) -> None:
    check({kind: count_outcomes(kind, range(1_000, 1_000 + n_files))}, record_property)


def tables_of(reading: Reading) -> list[object]:
    return [
        (
            table.form,
            table.header_line,
            table.records,
            table.frame.to_dicts(),
            table.raw.to_dicts(),
            table.findings.to_dicts(),
            table.unsplit,
        )
        for table in reading.tables
    ]


@settings(deadline=None, max_examples=60)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 10**9))
def test_the_fast_way_and_the_strict_way_read_the_same(kind: str, seed: int) -> None:
    decoded = decode(make_file(kind, seed).content)
    if decoded is None:
        return
    fast, strict = (read_text(decoded, read_dictionary(), Limits(), is_exact=is_exact) for is_exact in (False, True))
    assert fast.refusal == strict.refusal
    assert tables_of(fast) == tables_of(strict)


@settings(deadline=None, max_examples=60)
@given(
    lines=st.lists(st.text(alphabet='ab1;,"\n é\0', max_size=30), max_size=8),
    separator=st.sampled_from(";,"),
)
def test_any_lines_below_a_header_add_up_and_read_the_same_both_ways(lines: list[str], separator: str) -> None:
    header = "patient_id;side;assessed_on;phat_total".replace(";", separator)
    decoded = decode("\n".join([header, *lines, ""]).encode())
    assert decoded is not None
    fast, strict = (read_text(decoded, read_dictionary(), Limits(), is_exact=is_exact) for is_exact in (False, True))
    assert fast.refusal == strict.refusal
    assert tables_of(fast) == tables_of(strict)
    assert fast.refusal is None or fast.refusal.rule != "file_does_not_add_up"
    assert all(table.records.data == table.raw.height for table in fast.tables)
