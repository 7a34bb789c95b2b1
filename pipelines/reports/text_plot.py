"""Plots of one line for a terminal: an interval, its middle and a value on a scale. Text in, text out."""

LEFT, RIGHT, LINE, MIDDLE, VALUE, EMPTY = "├", "┤", "─", "┼", "●", "·"


def strip(
    value: float | None,
    lower: float | None,
    upper: float | None,
    middle: float | None = None,
    low: float = 0.0,
    high: float = 100.0,
    width: int = 51,
) -> str:
    """A scale from `low` to `high` in `width` characters with an interval `├──┼──┤` and the value `●` on top of it.

    What lies beyond the scale is drawn at its end; None is not drawn.
    """
    cells = [EMPTY] * width

    def place(number: float) -> int:
        share = (min(max(number, low), high) - low) / (high - low)
        return round(share * (width - 1))

    if lower is not None and upper is not None:
        start, end = place(lower), place(upper)
        cells[start : end + 1] = [LINE] * (end + 1 - start)
        cells[start], cells[end] = LEFT, RIGHT
    for number, mark in ((middle, MIDDLE), (value, VALUE)):
        if number is not None:
            cells[place(number)] = mark
    return "".join(cells)


def axis(low: float = 0.0, high: float = 100.0, width: int = 51) -> str:
    """The scale's labels under a strip: its two ends and its middle."""
    left, middle, right = f"{low:g}", f"{(low + high) / 2:g}", f"{high:g}"
    half = width // 2 - len(left) + (len(middle) + 1) // 2
    return left + middle.rjust(half) + right.rjust(width - len(left) - half)
