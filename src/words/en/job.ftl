# Jobs: what syn-job says.

job-none = there is no job {$id} on {$host}
job-no-plugin = there is no plugin {$plugin} on {$host}
job-no-id = the run was accepted, but {$host} does not say the id of the job
job-many-ids = the run was accepted, but {$host} does not say which of these jobs it is: {$ids}
job-bad-status = job {$id} has the status {$status}, which is none that we know
job-not-packed = cannot pack {$path}: {$reason}
job-no-command = which command? plugins, agents, list, run, get, logs, stop or submit (see syn-job --help)
job-ray-address = --ray: {$reason}
job-asks-ray = asks Ray's dashboard at {$host}
job-no-agent = there is no agent {$agent}: `syn-job agents` lists those that there are
job-agents-same-name = several agents have the name {$name}: give --agent by id (`syn-job agents` lists them)
job-lacking-ray = on which Ray cluster? give --ray http://HOST:8265, or --agent AGENT (`syn-job agents` lists them)
job-agent-no-url = agent {$agent} has no address: the platform alone can reach it; `syn-job run` works, a Ray cluster needs --ray URL
job-agent-bad-url = the address of agent {$agent} names no host: {$url}; give --ray URL
job-id-of-platform = {$id} is a job of the platform, which no Ray cluster has: leave out --ray and --agent
job-succeeded = job {$id} has succeeded, {$time}
job-was-stopped = job {$id} was stopped
job-failed = job {$id} has failed
job-failed-why = job {$id} has failed: {$reason}
job-goes-on = job {$id} goes on: `syn-job logs -f {$id}` follows it, `syn-job stop {$id}` stops it
job-started = job {$id} was started
job-stopping = stopping job {$id}
job-stopped = job {$id} is stopped
job-had-ended = job {$id} had ended before: {$status}
job-no-log = job {$id} has no log yet
job-log-torn = the log of job {$id} was interrupted, and lines of it may be missing here: `syn-job logs {$id}` shows it as it is kept
job-no-scope = an export needs --filter {$key}=ID
job-param-form = --param must be KEY=VALUE, and is {$text}
job-param-twice = --param {$key} is given twice
job-on-agent = runs on agent {$id} ({$name}), the only one
job-no-form = the form of the plugin is not known, so what it needs is not asked for: {$reason}
job-which-agent = Which agent?
job-lacking-agent = on which agent? give --agent AGENT (`syn-job agents` lists them)
job-which-param = Which {$label}?
job-lacking-param = the plugin needs --param {$name}=VALUE
job-lacking-param-of = the plugin needs --param {$name}=VALUE, one of: {$choices}
job-which-storage = Which storage?
job-lacking-storage = to which storage? give --storage ID (`syn-fetch storages` lists them)
job-no-storage = the platform has no storage that this account can use
job-which-path = Which folder in the storage?
job-lacking-path = to which folder in the storage? give --path PATH
job-not-blank = it must not be empty
job-sent = package {$name} was sent
job-not-sent = package {$name} is there already
job-no-program = {$folder} has no {$name} to send along: give the folder of all programs by --bin DIR
job-no-store = {$option} {$place}: nodes have a disk of their own; give a store that all reach, such as s3://bucket/prefix/
job-open-quote = {$option}: a quotation mark is not closed
job-no-nul = an argument holds a NUL character
job-token-on-nodes = {$option}: --{$name} reads a file of this machine, which the nodes do not have: give the file on the nodes by --node-token-file PATH
job-secret-argument = {$option} holds a secret, which Ray shows to everybody who reaches its dashboard: keep it in a file or in the environment of the nodes
job-secret-variable = --env {$name} looks like a secret, which Ray shows to everybody who reaches its dashboard: set it in the environment of the nodes
job-env-form = --env must be NAME=VALUE
