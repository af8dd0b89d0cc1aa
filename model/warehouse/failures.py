"""What a failure of the database means to a person: one line with its cause and a remedy.

PostgreSQL names a cause by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
A connection that is not made has none, only the words of the server or of libpq.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, PendingRollbackError

URL_VARIABLE = "INTERLOCK_WAREHOUSE_URL"
OWNER_URL_VARIABLE = "INTERLOCK_WAREHOUSE_OWNER_URL"
# A message stays one line of a terminal or a log.
_LONGEST_QUOTE = 200
_WHERE = re.compile(r"^connection failed: (connection to server .*? failed: )?(FATAL: +)?")
"""What libpq puts before the words of the server; the message names the place already."""
_START = f"Start it, correct {URL_VARIABLE}, or unset it to use the embedded one"
_CORRECT = f"Correct {URL_VARIABLE}"
_AGAIN = "what was committed before stays"


class WarehouseUnreachable(Exception):
    """The warehouse cannot be used: where it is, without the password, why, and what to do."""


@dataclass(frozen=True, slots=True)
class _Cause:
    what: str
    remedy: str


_LOST = _Cause(
    "the connection was lost",
    f"Look whether the server runs, then run the command again; {_AGAIN}",
)
_NOT_NOW = _Cause(
    "the server is starting up or shutting down", "Run the command again when it is ready"
)
_TOO_MANY = _Cause(
    "the server takes no further connection",
    "End other programs that use it, or raise its max_connections",
)
_READ_ONLY = _Cause(
    "it is read-only",
    "Name a server that is no standby, and a role without default_transaction_read_only",
)
_NO_RIGHT = _Cause(
    "the role lacks a right",
    "Grant it CREATE on the schema public, or let the owner of the tables migrate and grant: set "
    f"{OWNER_URL_VARIABLE} and run `interlock check`",
)

_FULL = _Cause("its disk is full", f"Free space on it, then run the command again; {_AGAIN}")

_BY_STATE: Mapping[str, _Cause] = {
    "53100": _FULL,
    "53200": _Cause("the server is out of memory", "Give it more, then run the command again"),
    "53300": _TOO_MANY,
    "25006": _READ_ONLY,
    "42501": _NO_RIGHT,
    "3F000": _NO_RIGHT,
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": _NOT_NOW,
    "57P05": _LOST,
    "25P03": _LOST,
    "57014": _Cause(
        "a statement was cancelled", "Raise the statement_timeout of the role, then run it again"
    ),
    "58030": _Cause("the server cannot read or write its files", "Look into the server's log"),
}
_BY_CLASS: Mapping[str, _Cause] = {"08": _LOST}

_BY_WORDS: tuple[tuple[str, _Cause], ...] = (
    ("No space left on device", _FULL),
    (
        r"password authentication failed|no password supplied|authentication failed",
        _Cause("the server refuses the password of the role", f"{_CORRECT}: role and password"),
    ),
    (
        r'role ".*" does not exist',
        _Cause("the role does not exist", f"Create it, or correct {URL_VARIABLE}"),
    ),
    (
        r'database ".*" does not exist',
        _Cause(
            "the database does not exist", f"Create it with `createdb`, or correct {URL_VARIABLE}"
        ),
    ),
    (
        r"permission denied for database|not permitted to log in",
        _Cause("the role may not connect to the database", "Grant it LOGIN and CONNECT"),
    ),
    (
        r"pg_hba\.conf",
        _Cause("the server does not admit this role from here", "Add a line to its pg_hba.conf"),
    ),
    (r"too many (clients|connections)|connection slots", _TOO_MANY),
    (r"starting up|shutting down|recovery mode", _NOT_NOW),
    (r"invalid port|invalid integer", _Cause("the port is no port number", _CORRECT)),
    (
        r"resolve host|translate host name|not known|No address associated",
        _Cause("its host name is not known", f"{_CORRECT}: the name of the host"),
    ),
    (
        r"Connection refused|No such file or directory|tim(ed|e) ?out|No route|unreachable",
        _Cause("no PostgreSQL answers there", _START),
    ),
    (
        r"invalid response to SSL|expected authentication request|unsupported frontend",
        _Cause("what answers there is no PostgreSQL", f"{_CORRECT}: host and port"),
    ),
    (
        r"closed|lost|terminat|reset by peer|broken pipe|consuming input|sending query",
        _LOST,
    ),
)


def describe_address(url: URL) -> str:
    """Where a database is, for messages: no password, and no parameter that may hold a secret."""
    host = url.host or url.query.get("host") or "the local socket"
    place = f"{host}:{url.port}" if url.port else str(host)
    return f"PostgreSQL at {place} (database {url.database or '-'}, role {url.username or '-'})"


def explain_failure(error: BaseException, where: str = "the warehouse") -> str | None:
    """The failure of a database in one line; None for an error that has no such cause.

    `where` names the database. An error that only followed from another, such as a rollback on
    a lost connection, is explained by the other.
    """
    for each in _chain(error):
        if cause := _find_cause(each):
            quoted = _quote(each)
            words = f' ("{quoted}")' if quoted else ""
            return f"{where}: {cause.what}{words}. {cause.remedy}"
    return None


def explain_refusal(error: DBAPIError | psycopg.Error, url: URL) -> WarehouseUnreachable:
    """The error of opening a database, in the server's own words where its cause is not known."""
    where = describe_address(url)
    text = explain_failure(error, where) or f'{where} cannot be used ("{_quote(error)}"). {_START}'
    return WarehouseUnreachable(text)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it came from."""
    seen: set[int] = set()
    current: BaseException | None = error
    # Chains of exceptions may have loops where a library raises an error from itself.
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _find_cause(error: BaseException) -> _Cause | None:
    if isinstance(error, PendingRollbackError):
        return _LOST
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(driver_error, psycopg.Error):
        return None
    # A code before words: words depend on the server's language.
    if state := driver_error.sqlstate:
        return _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
    text = str(driver_error)
    return next((cause for pattern, cause in _BY_WORDS if re.search(pattern, text, re.I)), None)


def _quote(error: BaseException) -> str:
    """The first line of the server's message, which holds no parameter of a statement."""
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(driver_error, psycopg.Error):
        return ""
    text = driver_error.diag.message_primary or str(driver_error)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return _WHERE.sub("", line)[:_LONGEST_QUOTE]
