"""Where a finding stands as a spreadsheet shows it: `B17`. Lines and columns are known; what is said of them is not."""

import polars as pl

from pipelines.intake.letters import column_letters
from pipelines.intake.verdict import TextTable


def cell_addresses(findings: pl.DataFrame, table: TextTable) -> pl.DataFrame:
    """`cell` as a spreadsheet shows it: in a text file a row may span lines, so lines are not rows."""
    letters = {name: column_letters(place) for name, place in table.positions.items()}
    letter = pl.col("column").replace_strict(letters, default=None, return_dtype=pl.String)
    rows = pl.col("line") - _breaks_before(table, findings["line"])
    return findings.with_columns(pl.concat_str(letter, rows).fill_null("").alias("cell"))


def _breaks_before(table: TextTable, lines: pl.Series) -> pl.Series:
    """How many line breaks lie inside quoted fields above each line; in a sheet a line is a row."""
    raw = table.raw.sort("line")
    if table.sheet or not (raw["line"].diff() > 1).any():
        return pl.Series([0], dtype=pl.Int32).new_from_index(0, len(lines))
    inside = pl.col("cells").list.join("", ignore_nulls=True).str.count_matches(r"\r\n|\r|\n").cast(pl.Int32)
    breaks = raw.select("line", (inside.cum_sum() - inside).alias("breaks"))
    return lines.to_frame().join(breaks, on="line", how="left", maintain_order="left")["breaks"].fill_null(0)
