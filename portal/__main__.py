"""`python -m portal`: serve the pages of one home with uvicorn. `hamreg serve` executes it."""

import argparse
import os
from pathlib import Path

import uvicorn

from pipelines.journal import configure
from portal.app import create_app
from portal.patience import SECONDS, Impatient
from warehouse import keys
from warehouse.layout import Home


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--https", action="store_true", help="browsers reach it over HTTPS, by a proxy")
    parser.add_argument("--patience", type=float, default=SECONDS, help="seconds in which a request's header must come")
    arguments = parser.parse_args()
    os.umask(0o077)
    configure(os.environ)
    keys.use_environment(os.environ)
    app = create_app(Home(Path(arguments.home)), is_secure=arguments.https)
    # uvicorn's own log of addresses stays off: what is worth keeping, the registry's log keeps.
    Impatient.seconds = arguments.patience
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        http=Impatient,
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
