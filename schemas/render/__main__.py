"""`python -m schemas.render [FOLDER]` writes the generated pages anew. What they say stands in the other modules."""

import sys
from pathlib import Path

from schemas.dictionary import read_dictionary
from schemas.render.markdown import render_markdown


def main(folder: Path) -> None:
    """Write `dictionary.md` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dictionary.md").write_text(render_markdown(read_dictionary()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/generated"))
