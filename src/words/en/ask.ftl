# Questions on the terminal.

ask-help-one = ↑↓ or type to search, Enter takes it, Ctrl-C stops
ask-help-several = Space ticks, Enter goes on, Ctrl-C stops
ask-any = any
ask-broken = the terminal cannot be asked: {$reason}; --no-input asks nothing
ask-command = the same without questions: {$command}
ask-target = What to fetch
ask-target-assignment = assignments
ask-target-assignment-note = what each person has labelled in a project
ask-target-task = tasks
ask-target-task-note = one row a task of a project
ask-target-ground-truth = ground truth
ask-target-ground-truth-note = a version of a ground-truth dataset
ask-project = Project
ask-dataset = Ground-truth dataset
ask-collection = Data collection
ask-version = Version
ask-status = Labelling status
ask-review = Review status
ask-category = Category
ask-stand-by = not begun
ask-in-progress = being worked on
ask-completed = done
ask-skipped = left out
ask-rejected = sent back
ask-rows = {$rows ->
    [one] {"  "}1 row to fetch
   *[other] {"  "}{$rows} rows to fetch
}
ask-rows-unknown = {"  "}the server does not say how many rows there are
ask-start = Fetch them?
ask-yes = yes
ask-no = no
ask-no-note = choose again
ask-seen = {$rows ->
    [one] {"  "}the first row: {$tools}
   *[other] {"  "}the first {$rows} rows: {$tools}
}
ask-seen-of = {$rows ->
    [one] {"  "}the first row of {$title}: {$tools}
   *[other] {"  "}the first {$rows} rows of {$title}: {$tools}
}
ask-seen-nothing = no annotations
ask-format = Format
ask-keeps-all = keeps all
ask-loses = loses {$tools}
ask-way = How
ask-as-it-is = as it is
ask-split = Split
ask-split-none = no split
ask-split-three = train, val and test
ask-split-two = train and val
ask-split-category = as the rows say
ask-split-own = other
ask-split-own-note = type shares or a field
ask-split-shares = Shares (70/20/10) or a field of the rows
ask-where = Where to (a folder, FILE.zip, s3://…)
ask-there = A dataset is there already
ask-replace = replace
ask-replace-note = as a whole, when the new one is complete
ask-keep = keep
ask-keep-note = write to the next free name: NAME(1)
ask-elsewhere = elsewhere
ask-elsewhere-note = choose another place
lacking-project = which project? give --project ID or set SYNAPSE_PROJECT (`syn-fetch projects` lists them)
lacking-version = which ground-truth version? give --gt-version ID or set SYNAPSE_GT_VERSION (`syn-fetch gt-versions --gt-dataset ID` lists them)
lacking-dataset = which ground-truth dataset? give --gt-dataset ID (`syn-fetch gt-datasets` lists them)
lacking-collection = which data collection? give --data-collection ID, or --project ID for that of a project (`syn-fetch data-collections` lists them)
none-project = there is no project that this account can read; --tenant may name another workspace
none-version = this ground-truth dataset has no version
none-dataset = there is no ground-truth dataset that this account can read; --tenant may name another workspace
none-collection = there is no data collection that this account can read; --tenant may name another workspace
ask-late = the server does not answer
ask-path = Path in the storage
ask-storage = Storage
ask-path-again = type a path such as exports/roads, without ..
lacking-path = which path in the storage? give --path PATH
lacking-storage = which storage? give --storage ID (`syn-fetch storages` lists them)
none-storage = there is no storage that this account can use
ask-long-list = reading a long list …
