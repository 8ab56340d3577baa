# jq programs of the filter, and what it tells in place of rows.

no-program = --row-timeout is for jq programs, and none is given: add --where or --jq, or leave it out
no-question = --row-timeout is for jq programs, and none is given: add --where, or leave it out
describe-csv = --describe is a text or JSON: leave --form csv out, or count with --count-by class
only-csv = {$option} is for CSV: leave it out, or give --form csv
