# Mistakes that the parser of the command line finds. In English it words them itself.

usage-see-help = {$mistake} (see {$tool} --help)
usage-unknown = unexpected argument '{$argument}' found
usage-unknown-near = unexpected argument '{$argument}' found; a similar argument exists: '{$near}'
usage-no-command = unrecognized subcommand '{$command}'
usage-no-command-near = unrecognized subcommand '{$command}'; a similar subcommand exists: '{$near}'
usage-no-value = a value is required for '{$argument}' but none was supplied
usage-no-value-of = a value is required for '{$argument}' but none was supplied [possible values: {$choices}]
usage-value = invalid value '{$value}' for '{$argument}': {$why}
usage-value-of = invalid value '{$value}' for '{$argument}' [possible values: {$choices}]
usage-value-near = invalid value '{$value}' for '{$argument}' [possible values: {$choices}]; did you mean {$near}?
usage-twice = the argument '{$argument}' cannot be used multiple times
usage-conflict = the argument '{$argument}' cannot be used with '{$prior}'
usage-missing = the following required arguments were not provided: {$arguments}
usage-whole-number = expected a whole number that is not negative and not too large
usage-range = it is not in {$range}
slip-dashes = {$argument}: did you mean --{$name}? A long option has two plain dashes
slip-other-program = {$option} is an option of {$other}
slip-project = '{$word}' is no subcommand: did you mean --project {$word}?
slip-fetch-file = syn-fetch reads no file: give {$word} to syn-filter or syn-convert
slip-tilde = the shell has not replaced the ~ of {$name}: write it without quotes, or as $HOME{$tail}
slip-blanks = {$name} is not there: did you mean '{$whole}'? A name with blanks needs quotes
slip-assignment = {$name} is not there: did you mean --{$option} {$value}?
slip-format = {$name} is not there: did you mean --to {$format}?
slip-dest = {$name} is not there: what is converted goes to a folder by `| syn-sink {$name}`
