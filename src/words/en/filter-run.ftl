# What a run of the filter meets.

order-mixed = {$option} is for rows of one project and one kind, and the input has several: run it for each
input-changed = {$name} changed while it was read: run again when nobody writes it
