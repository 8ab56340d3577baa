# Parts of messages of all programs.

cannot-write = cannot write {$path}: {$reason}
internal-error = internal error: {$what}; please report it
system-not-found = No such file or directory
system-permission-denied = Permission denied
system-storage-full = No space left on device
system-is-folder = Is a directory
system-not-folder = Not a directory
system-read-only = Read-only file system
system-exists = File exists
system-file-too-large = File too large
system-quota = Disk quota exceeded
system-refused = Connection refused
system-reset = Connection reset by peer
system-timed-out = Connection timed out
system-file-name = File name too long
token-unreadable = cannot read the token from {$name}: {$reason}
token-none = {$name} holds no token
host-no-https = the host has no https: the token travels unencrypted
both-input-and-output = {$out} is both input and output; write to another file and rename it
panicked = internal error: the program panicked; please report it
since-not-before = --since is not before --until, so nothing can match
stdin-ids-and-rows = standard input cannot be both the ids (--ids-from -) and the rows: name a file
size-expects = expected a number of bytes, such as 1GB, 64MiB or 4096
size-too-large = it is more than this machine can hold
seconds-expects = expected seconds, from 0 to 31536000
some-seconds-expects = expected seconds, from 0.001 to 31536000
rate-expects = expected a number a second, from 0.001 to 1000000000000000
size-bytes = {$n ->
    [one] 1 byte
   *[other] {$n} bytes
}
time-tenths = {$seconds} s
time-seconds = {$seconds} s
time-minutes = {$minutes} min {$seconds} s
time-hours = {$hours} h {$minutes} min
time-days = {$days ->
    [one] 1 day
   *[other] {$days} days
} {$hours} h
metrics-no-file = --metrics: {$reason}
metrics-in-use = {$file} is --metrics and another file of this run, too: give it a name of its own
unsafe-path = unsafe path {$path}: {$reason}
unsafe-empty = it is empty
unsafe-long = it is longer than {$most} bytes
unsafe-absolute = it is absolute
unsafe-empty-component = it has an empty component
unsafe-dots = it has a . or .. component
unsafe-long-component = a component is longer than {$most} bytes
unsafe-drive = it starts with a drive letter
unsafe-backslash = it has a backslash
unsafe-control = it has a control character
unsafe-invisible = it has an invisible formatting character
no-signals = cannot watch for signals: {$reason}
names-and-more = {$names} and {$more} more
temporary-in = a temporary file in {$folder}
copy-in = a copy of {$name} in {$folder}
temporary-copy = temporary copy of {$path}
temporary-folder = temporary folder
temporary-file-alone = temporary file
verbose-program = {$tool} {$version}, {$threads} threads; environment: {$variables}
verbose-nothing = nothing
verbose-set = {$name} is set
list-not-kept = the list could not be kept for completion: {$reason}
stopped = stopped by a signal
panic = a panic: {$panic}
