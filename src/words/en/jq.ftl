# jq programs.

jq-wrong = {$what} ({$place})
jq-at-line = line {$line}, column {$column}
jq-at-character = at character {$column}
jq-not-loaded = the program could not be loaded
jq-not-compiled = the program could not be compiled
jq-no-program = the program cannot be read
jq-no-file = cannot read the file: {$reason}
jq-no-modules = programs have no modules: write the definitions into the program
jq-left-out = {$name} is left out here: {$why}
jq-no-filter = there is no filter {$found}
jq-no-filter-with = there is no filter {$found} with {$arity ->
    [one] 1 argument
   *[other] {$arity} arguments
}
jq-no-such = there is no {$kind} {$found}
jq-not-closed = {$open} is not closed
jq-unknown = this is nothing that jq knows
jq-expected = expected {$expected}
jq-expected-found = expected {$expected}, found {$got}
jq-the-end = the end
jq-why-environment = the environment may hold secrets, and programs do not see it: write the value into the program
jq-why-other-rows = a program sees one row at a time
jq-why-origin = a program sees the row, not where it comes from
jq-why-file = a program has no file
jq-why-messages = a program has no messages of its own: use error(…), or write the value into the row
jq-why-halt = a program cannot end the run: use error(…)
jq-why-modules = programs have no modules
jq-no-thread = no thread for the jq program: {$reason}
jq-no-thread-here = no thread for programs
jq-too-long = the jq program takes too long for this row (--row-timeout)
jq-too-big = the jq program takes too much memory for this row
jq-thread-gone = the thread of the jq program is gone: please report it
jq-ended = the jq program ended the interpreter: please report it
jq-deep-row = the row is nested deeper than {$most} levels, which is too deep for a jq program
jq-long-row = the jq program gives a row of more than {$most} bytes
jq-unreadable = the row cannot be read by jq: {$reason}
jq-fails = the jq program fails: {$reason}
jq-gives-frame = the jq program gives an object that begins with `@stream`, as only frames of the stream do
jq-gives-value = the jq program gives {$kind} and no row; to write any values, use --bare
jq-gives-no-row = what the jq program gives is no row: {$why}
jq-gives-no-json = the jq program gives a value that JSON does not have: {$value}
jq-kind-text = a text
jq-kind-list = a list
jq-kind-boolean = true or false
jq-kind-number = a number
row-timeout-expects = expected seconds, from 0.1 to {$most}
sample-too-many = the number of rows is too large
sample-expects = expected a share from 0.0 to 1.0, such as 0.1 or 10%, or a whole number of rows, such as 200
