"""`python -m bench`: measure the cases, or some of them, and write what came out."""

import statistics
from pathlib import Path

import click

from bench.cases import CASES, Case
from bench.measure import Took, keep_bytecode, measure
from bench.place import Place, prepare, prepare_national
from bench.results import RESULTS, Result, kept, write

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "artefacts" / "bench"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--quick", is_flag=True, help="Small sizes, three repeats: about a minute.")
@click.option(
    "--case", "names", multiple=True, help="Only this case, the others as measured before; may be given again."
)
@click.option(
    "--long", "is_long", is_flag=True, help="The long sizes too: an hour and more, and six gigabytes of disk."
)
@click.option("--rows", type=int, help="Measure at this size instead of the case's own.")
@click.option("--repeats", type=int, help="How often each side is measured.")
@click.option(
    "--json",
    "path",
    type=click.Path(path_type=Path),
    help="Where to write what was measured; without it bench/results.json, of a quick run artefacts/bench.",
)
def main(
    quick: bool, names: tuple[str, ...], is_long: bool, rows: int | None, repeats: int | None, path: Path | None
) -> None:
    """Measure each case of the registry beside its limit or peer, in turns, and say which goals are met.

    What is not measured this time stays as it was measured before.
    """
    path = path or (FOLDER / "quick.json" if quick else RESULTS)
    keep_bytecode()
    results = []
    for case in CASES:
        if names and case.name not in names:
            continue
        times = repeats or (min(3, case.repeats) if quick else case.repeats)
        for size in _sizes(case, quick, is_long, rows):
            results.append(_measure(case, size, times))
            write(path, kept(path, results), quick)
            click.echo(line_of(results[-1]))
    click.echo(f"{sum(result.is_met for result in results)} of {len(results)} goals met; {path.name} written.")


def _sizes(case: Case, quick: bool, is_long: bool, rows: int | None) -> tuple[int, ...]:
    """The sizes to measure a case at."""
    if rows is not None:
        return (rows,)
    if quick:
        return () if case.quick_rows is None else (case.quick_rows,)
    return (*case.sizes, *case.long) if is_long else case.sizes


def line_of(result: Result) -> str:
    """One result on one line."""
    sign, verb = (">=", "faster") if result.is_faster else ("<=", "of it")
    goal = "met" if result.is_met else "MISSED"
    return (
        f"{result.case:12} {result.rows:>9,} rows  {result.ratio:6.2f} x {verb} "
        f"({result.least:.2f} to {result.most:.2f}), goal {sign} {result.goal:g}: {goal}; "
        f"{result.ours_bytes / 2**20:,.0f} MiB"
    )


def _measure(case: Case, rows: int, repeats: int) -> Result:
    def place_of(own: int | None) -> Place:
        return prepare_national(FOLDER) if case.name == "national" else prepare(FOLDER, own or rows, case.homes)

    ours, other = measure([case.ours, case.other], place_of, repeats)
    if case.name == "memory":
        return _result(case, rows, ours, other, ours.peak_bytes / other.peak_bytes, [])
    pairs = [case.ratio(a, b) for a, b in zip(ours.seconds, other.seconds, strict=True)]
    return _result(case, rows, ours, other, case.ratio(ours.median, other.median), pairs)


def _result(case: Case, rows: int, ours: Took, other: Took, ratio: float, pairs: list[float]) -> Result:
    least, most = (min(pairs), max(pairs)) if pairs else (ratio, ratio)
    told = (case.goal, case.is_faster, case.is_met(ratio))
    return Result(
        case.name,
        case.text,
        rows,
        ours.seconds,
        other.seconds,
        ratio,
        least,
        most,
        *told,
        ours.peak_bytes,
        other.peak_bytes,
        case.ratio(*(statistics.median(took.core_seconds) for took in (ours, other))),
    )


if __name__ == "__main__":
    main()
