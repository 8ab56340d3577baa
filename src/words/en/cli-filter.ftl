# What syn-filter says on the command line.

one-per-why = --one-per {$why}
why-count = --count: it prints the total, too
why-bare = --bare: it writes counts, no rows
why-order = --order: its lines are in the order of their keys
count-by-not-with = --count-by cannot be used with {$why}
count-by-why = --count-by {$why}
why-shuffle = --shuffle: its lines are in the order of their keys
