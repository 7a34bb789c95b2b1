"""Runs one step of a case in this process and prints what it took: `python -m bench.step MODULE FUNCTION FOLDER ROWS`.

A step is a function that takes a `Place`, prepares, and gives what is to be timed; it may give seconds of its own.
"""

import gc
import importlib
import json
import resource
import sys
import time
from pathlib import Path

from bench.place import Place


def main(module: str, function: str, folder: str, rows: str) -> None:
    """Prepare, time, and print seconds, those of a core that were used, and the peak of memory as JSON."""
    timed = getattr(importlib.import_module(f"bench.{module}"), function)(Place(Path(folder), int(rows)))
    gc.collect()
    before, used = time.perf_counter(), time.process_time()
    told = timed()
    seconds, core = time.perf_counter() - before, time.process_time() - used
    seconds = told if isinstance(told, float) else seconds  # a step that times what it does by itself
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "core_seconds": core, "peak_bytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
