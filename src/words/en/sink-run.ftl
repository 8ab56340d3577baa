# What a run of the sink meets.

part-unfinished = {$path} has `more: true` in its last line: its end is missing
sink-empty = the input is empty: the stage before wrote nothing, not even a begin frame
part-never-came = {$path} is incomplete: its last part never came
originals-more-failed = more originals failed; the summary lists them
line-no-object = it is not a JSON object
lines-scratch = the file of the lines
line-one-content = a file line needs exactly one of text, base64, url, file
line-more-text = `more` goes with text and base64 only: a url or file is a whole file
line-url-invalid = its URL is not valid
line-no-sha256 = `sha256` is not 64 hexadecimal digits
line-no-base64 = not valid base64: {$reason}
line-of-items = the input holds items, not output files: put `syn-convert --to FORMAT` between
summary-no-object = {$path} is not a JSON object: {$reason}
summary-large = it is larger than 64 MiB
summary-no-text = it must come as text
