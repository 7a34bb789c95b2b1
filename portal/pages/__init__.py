"""The pages, each module a topic: a function of a `Call` that reads, acts and renders. This lists their routes."""

from portal.call import SIGNED_IN, WRITERS
from portal.pages import account, sign_in, start, upload

ROUTES = (*sign_in.ROUTES, *account.ROUTES, *start.ROUTES, *upload.ROUTES)

# The menu: route, text, who sees it.
MENU = (
    ("start", "shell.start", SIGNED_IN),
    ("upload", "shell.upload", WRITERS),
    ("account", "shell.account", SIGNED_IN),
)
