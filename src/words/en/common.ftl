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
