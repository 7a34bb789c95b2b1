from pipelines.reports.text_plot import axis, strip


def test_the_interval_its_middle_and_the_value_stand_where_the_scale_says() -> None:
    assert strip(90, 20, 80, 50, width=11) == "··├──┼──┤●·"


def test_what_lies_beyond_the_scale_is_drawn_at_its_end() -> None:
    assert strip(120, -5, 115, 60, width=11) == "├─────┼───●"


def test_nothing_known_is_an_empty_scale() -> None:
    assert strip(None, None, None, width=5) == "·····"


def test_the_axis_names_both_ends_and_the_middle_under_their_places() -> None:
    line = axis(width=51)
    assert len(line) == 51
    assert (line[0], line[24:26], line[-3:]) == ("0", "50", "100")
