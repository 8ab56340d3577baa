# Rows that are chosen, and edits inside rows.

seed-alone = --seed changes nothing without --sample, --per-class or --shuffle
seed-alone-fetch = --seed changes nothing without --sample
sample-rows-fetch = --sample {$rows}: only syn-filter draws a number of rows, since it can read all of them first; pipe the rows into syn-filter --sample {$rows}, or give a share such as 0.1
not-of-which = --not with --one-per and --sample N or --per-class N could mean two things; run --one-per in a syn-filter of its own, and pipe it into another
two-orders = --shuffle and --order descending are two orders; give one
count-shuffled = --count cannot be used with --shuffle: it prints a number, no rows
count-edited = --count counts rows, and edits inside rows (--keep-class, --min-size, --rename, …) leave all rows; leave them out, or count with --class, --tool or --count-by class
sample-fewer = {$of ->
    [one] --sample {$wanted}: there is only 1 row to draw from, and it is taken
   *[other] --sample {$wanted}: there are only {$of} rows to draw from, and all of them are taken
}
per-class-fewer = --per-class {$wanted}: fewer rows have {$named}; all of them are taken
per-class-fewer-more = {$more ->
    [one] --per-class {$wanted}: fewer rows have {$named} and 1 class more; all of them are taken
   *[other] --per-class {$wanted}: fewer rows have {$named} and {$more} classes more; all of them are taken
}
per-class-none = --per-class: no row that is selected has an annotation with a class
min-size-form = expected pixels more than 0, as N for both sides or as WxH
min-area-form = expected a number of square pixels more than 0, such as 100
rename-form = {$pair}: expected OLD=NEW, such as van=car
rename-two-names = {$pair}: expected OLD=NEW, two names of classes
rename-same = {$pair}: both names are the same, which changes nothing
rename-one-sign = {$pair}: expected one = between two names; write \= for one within a name
rename-twice = --rename has two names for {$old}, {$one} and {$other}; give one
rename-not-kept = --rename {$old}={$new} has no annotation to rename, since {$old} goes: add {$old} to --keep-class
rename-dropped = --rename {$old}={$new} has no annotation to rename, since {$old} goes: leave {$old} out of --drop-class
