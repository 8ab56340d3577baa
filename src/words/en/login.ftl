# `syn-fetch login` and profiles.

login-no-output = `syn-fetch login` writes ~/.synapse/config.json, and has no use for --output
login-no-home = there is no home folder, and so no place for the token: set HOME
login-which-token = which token? give --token-file FILE, or pipe it to `syn-fetch login --token-stdin`
login-first = there is no token yet: log in, then it goes on
login-token-again = {$host} does not take this token: copy it from Synapse once more
login-no-tenant = --tenant {$wanted}: the token belongs to no such tenant; there is {$list}
login-done = logged in to {$host}
login-done-tenant = logged in to {$host}, tenant {$tenant}
login-done-user = logged in to {$host} as {$user}
login-done-whole = logged in to {$host} as {$user}, tenant {$tenant}
login-saved = saved in {$path}
login-saved-profile = saved in profile {$name} of {$path}
login-linked = {$path} is a link: the token is in {$target}
login-closed = others could read the folder or the file: now only you can
login-dropped = the file held a user token, which would be used in place of this one: it is removed
login-overruled = {$variables} set: used in place of this login; unset it to use the login
login-by-profile = --profile {$name} uses it, although {$variables} set
login-ask-host = Synapse host
login-ask-token = Access token (not shown)
profile-gives-way = profile {$profile} (SYNPIPE_PROFILE) gives way to {$variables}: unset what is not meant, or give --profile {$profile}
