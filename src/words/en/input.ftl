# What is read: files, standard input, frames.

unframed-for-stdin = --unframed is for standard input: a file is taken with or without frames
unframed-unneeded = --unframed has changed nothing: the input has its frames
debug-frames = begin frames: {$streams}; lines between no frames: {$outside}
stdin-is-terminal = standard input is the terminal: type {$what}, end with Ctrl-D; or stop with Ctrl-C and name a file
debug-reads-stdin = reads standard input
left-out-between = {$lines} of {$counted} {$kind} came: a program in between has left out the others
debug-reads = reads {$path}
debug-reads-bytes = reads {$path} ({$size})
to-type-lines = lines
to-type-token = the token, which is shown
to-type-ids = ids
