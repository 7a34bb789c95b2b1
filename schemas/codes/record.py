"""How a coded value is written down here. What it becomes, `Code`, stands in `schemas.vocabulary`."""

from collections.abc import Mapping

# vocabulary -> code -> (English, Dutch, German, meaning, aliases separated by a bar)
Texts = Mapping[str, Mapping[str, tuple[str, str, str, str, str]]]
