"""Where child processes of a test find their database."""

from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection


def database_url(directory: Path) -> str:
    """This test's database on a server; a file in place of SQLite in memory."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{directory}/desk.sqlite3"
    where = connection.settings_dict
    user, password = quote(where["USER"], ""), quote(where["PASSWORD"], "")
    # As options, since a host may be the directory of a socket.
    server = {key: where[key.upper()] or where["OPTIONS"].get(key) for key in ("host", "port")}
    options = urlencode({key: value for key, value in server.items() if value})
    return f"postgres://{user}:{password}@/{where['NAME']}?{options}"
