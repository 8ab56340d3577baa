# Reading a database.

database-give-authority = give the certificate of its authority as ?sslrootcert=FILE in the DSN
database-give-certificate = to trust exactly this certificate, give it as ?sslrootcert=FILE in the DSN
database-renew = its operator has to renew it; if others can use it, set the clock of this machine
database-set-clock = set the clock of this machine
database-other-name = ask for the host by a name that the certificate holds, or use ?sslmode=verify-ca
database-untrusted = {$place} is not trusted: {$reason}; {$advice}
database-no-tls = {$place} does not speak TLS, and the DSN requires it by its sslmode
database-wants-password = {$place} wants a password: set PGPASSWORD, or put a line into ~/.pgpass (readable by you alone)
database-unreachable = cannot reach {$place}: {$reason}; check host and port in the DSN, and the network
database-broke = the connection to {$place} broke: {$reason}
database-no-entry = {$place} does not let us in: {$said}; check the user in the DSN and the password (PGPASSWORD, ~/.pgpass)
database-no-right = {$place}: {$said}; docs/postgres.md lists the grants that are needed
database-ended = {$place} ended the query: {$said}; where that is statement_timeout, add ?options=-cstatement_timeout%3D0 to the DSN
database-said = {$place}: {$said} (SQLSTATE {$code})
database-wrong-type = {$table}.{$column} is of type {$kind} and not {$kinds}
database-hidden = {$user} may not read {$table}.{$column}: GRANT SELECT ON {$names} TO {$user}
database-no-column = {$table} has no column {$column}; docs/postgres.md says what is read
database-no-table = there is no table {$table}: is it the database of a Synapse installation? Where the tables stand in a schema of their own, add ?options=-csearch_path%3DSCHEMA to the DSN
database-no-truth = assignments and tasks are read from a database, ground truth is not
database-no-filter = a database cannot select by `{$key}`
database-no-such-column = this database cannot select by `{$key}`: {$table} has no column {$column} of that kind that can be read
database-no-created = this database does not say when rows were created, so what is new cannot be told: leave out --checkpoint
database-no-labelled = this database does not say when rows were labelled last, so what has changed cannot be told: leave out --checkpoint
database-whole-ids = {$what}: ids of the database are whole numbers, not {$text}
database-filter = filter `{$key}`
database-ids = the list of ids
database-filter-why = filter `{$key}`: {$why}
database-checkpoint-why = the checkpoint: {$why}
database-short = {$came} rows came and the database counts {$left} in the same snapshot; run again
database-project = project {$id}
dsn-why = the DSN {$why}; {$form}
dsn-no-postgres = does not begin with postgres://
dsn-no-value = has an option without a value
dsn-not-utf8 = has an option that is not UTF-8
dsn-bad = cannot be read
dsn-no-host = names no host
dsn-bad-host = has a host that is no name
dsn-unsupported = `{$key}` in the DSN is not supported: leave it out
tls-no-setup = cannot set up TLS: {$why}
