"""`docs/generated/speed.md` and its pictures, from what was measured: which goals are met, by how much, and why not.

`python -m bench.page` writes them anew. What is said of a missed goal stands in `remarks.toml`.
"""

import tomllib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from bench.results import RESULTS, Result, read

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "generated" / "speed.md"
REMARKS = Path(__file__).with_name("remarks.toml")
HEAD = """# Speed, as ratios

Made by `make bench`, and by `make bench-long` where it takes minutes, from `bench/results.json`; do not edit. Each case
and what it is held against were measured in turns in one run, each repeat in a process of its own; the data are
synthetic (`pipelines/synthetic/bulk.py`). Ratios are of medians, with the least and the most of the repeats' own
ratios; "by core" is the ratio of seconds that a core worked, which other work on the machine changes little. Memory is
the peak of ours. Both sides find their bytecode compiled, as on a user's machine; where the machine below says "not
kept", they did not: an import then took three times as long, which lowered the ratios of cases held against one.
A case of one repeat is one look: that of the national registry was taken while the machine did other work as well.

"""


def main() -> None:
    """Write the page and the pictures."""
    machine, results = read(RESULTS)
    grown = _grown(results)
    for name, found in grown.items():
        (PAGE.parent / f"speed-{name}.svg").write_text(_picture(found), encoding="utf-8")
    PAGE.write_text(page(machine, results, read_remarks()), encoding="utf-8")


def read_remarks() -> dict[str, dict[str, str]]:
    """Of each missed goal, where the time goes (`profile`) and the `next` idea."""
    return tomllib.loads(REMARKS.read_text(encoding="utf-8"))


def page(machine: dict[str, str], results: Sequence[Result], remarks: dict[str, dict[str, str]]) -> str:
    """The page as Markdown."""
    lines = [
        HEAD + "Machine: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.items()) + ".",
        "",
    ]
    lines += [
        "| case | rows | ratio | least to most | by core | goal | | repeats | peak memory |",
        "|---|--:|--:|---|--:|---|---|--:|--:|",
    ]
    lines += [_line(result) for result in results]
    lines += ["", "## Where a goal is missed", ""]
    missed = {result.case: result for result in results if not result.is_met}
    lines += [_remark(result, remarks) for result in missed.values()] or ["Nowhere."]
    lines += ["", "## Growth", ""]
    for name, found in _grown(results).items():
        per_row = ", ".join(f"{r.rows:,} rows: {1e6 * sorted(r.ours)[len(r.ours) // 2] / r.rows:,.1f}" for r in found)
        lines += [
            f"{found[0].text}: microseconds per row of ours at {per_row}.",
            "",
            f"![Seconds over rows: {name}](speed-{name}.svg)",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _line(result: Result) -> str:
    ours, _, other = result.text.partition(" | ")
    sign, more = (">=", " faster") if result.is_faster else ("<=", "")
    state = "met" if result.is_met else "**missed**"
    span = f"{result.least:.2f} to {result.most:.2f}"
    core = "" if result.core_ratio is None else f"{result.core_ratio:.2f} x"
    return (
        f"| {ours}, beside {other} | {result.rows:,} | {result.ratio:.2f} x{more} | {span} | {core} | "
        f"{sign} {result.goal:g} | {state} | {len(result.ours)} | {result.ours_bytes / 2**20:,.0f} MiB |"
    )


def _remark(result: Result, remarks: dict[str, dict[str, str]]) -> str:
    said = remarks[result.case]
    return f"- **{result.case}** ({result.ratio:.2f} x). Where the time goes: {said['profile']} Next: {said['next']}"


def _grown(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Cases that were measured at several sizes, the smallest first."""
    by_case = {name: sorted(found, key=lambda r: r.rows) for name, found in groupby(results, key=lambda r: r.case)}
    return {name: found for name, found in by_case.items() if len(found) > 1}


def _picture(found: Sequence[Result]) -> str:
    """Seconds of both sides over rows, both axes logarithmic."""
    import altair as alt
    import polars as pl
    import vl_convert

    ours, _, other = found[0].text.partition(" | ")
    rows = [
        {"rows": r.rows, "seconds": s, "side": side}
        for r in found
        for side, seconds in (("ours", r.ours), ("beside it", r.other))
        for s in seconds
    ]
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("rows:Q", scale=alt.Scale(type="log"), title="follow-ups"),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds"),
        color=alt.Color("side:N", scale=alt.Scale(range=["#E69F00", "#0072B2"]), title=None),
        shape=alt.Shape("side:N", title=None),
    )
    drawn = base.mark_point(filled=True, size=40) + base.mark_line().encode(y="median(seconds):Q")
    spec = drawn.properties(width=420, height=220, description=f"{ours}, beside {other}: seconds over rows").to_json()
    return str(vl_convert.vegalite_to_svg(spec))


if __name__ == "__main__":
    main()
