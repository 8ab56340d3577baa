# Defaults: the file synpipe.toml and variables of options.

presets-used = defaults: {$used}
presets-ignored = defaults that give way: {$ignored}
presets-both = defaults: {$used}; gave way: {$ignored}
preset-secret = {$origin}: a secret has no place in {$name}: use SYNAPSE_ACCESS_TOKEN, --token-file, --dsn-file, or `synapse login`
preset-unknown = {$origin}: {$tool} has no option {$name}
preset-unknown-near = {$origin}: {$tool} has no option {$name}; did you mean {$near}?
preset-typed-only = {$origin}: {$option} is decided for each run: leave it out, and type --{$option}
preset-value = {$origin}: {$why}
preset-unreadable = cannot read {$path}: {$reason}; SYNPIPE_CONFIG names the file of defaults, and none when it is empty
preset-syntax = {$origin}: not TOML: {$reason}
preset-section = {$origin}: {$name} is no section: did you mean [{$near}]?
preset-not-common = {$origin}: {$name} is not an option of all programs: put it into the section of its program
preset-type = {$origin}: {$name} takes another kind of value: {$expected}
