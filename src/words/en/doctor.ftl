# `syn-fetch doctor`: what was looked at, and what can be done.

doctor-no-host = it is not known which host is meant
doctor-no-answer = the host does not answer
doctor-no-api = no API of Synapse answers
doctor-host-only = host from {$host}, no token
doctor-user-token = host from {$host}, user token from {$token}
doctor-access-token = host from {$host}, access token from {$token}
doctor-overruled = {$variables} set, and used in place of what the profile says
doctor-unset = unset what is not meant, or give --profile NAME
doctor-exposed = others can read ~/.synapse/config.json
doctor-close = chmod 600 ~/.synapse/config.json, and make a new token if others could read it
doctor-from-command-line = the command line
doctor-from-environment = the environment
doctor-from-profile = profile {$name}
doctor-from-nowhere = nowhere (the usual one)
doctor-no-connection = no connection can be made
doctor-correct-variable = correct or unset that variable
doctor-name = {$host}: the name is not found: {$reason}
doctor-host = {$host} at {$at}, answered in {$time}
doctor-host-by-proxy = {$host}, answered in {$time}
doctor-host-reached = {$host} can be reached
doctor-host-behind = {$host}: the proxy does not lead to it
doctor-host-broken = {$host}: {$reason}
doctor-no-proxy = none
doctor-plain = the host has no https: the token travels unencrypted
doctor-give-https = give its https:// address
doctor-loopback = not needed on this machine
doctor-authorities = authorities of {$file}
doctor-accepted = the certificate is accepted
doctor-certificate = certificate by {$by}, valid until {$day}
doctor-no-date = the host does not say its time
doctor-same-time = as the host's
doctor-ahead = this machine is {$time} ahead of the host
doctor-behind = this machine is {$time} behind the host
doctor-too-far = stores refuse what it signs
doctor-no-token = there is none
doctor-without-token = there is no token
doctor-token-refused = the token is not accepted
doctor-token = of {$name}
doctor-token-unknown = the server does not say whose it is
doctor-tenants-unknown = the server does not say which there are
doctor-other-tenant = {$code} is none of those that the token opens: {$list}
doctor-no-tenant = the token opens none
doctor-no-projects = none can be read
doctor-projects = {$n ->
    [one] 1 project can be read; none is named by --project or SYNAPSE_PROJECT
   *[other] {$n} projects can be read; none is named by --project or SYNAPSE_PROJECT
}
doctor-project = {$n ->
    [one] {$id} {$title}, 1 class
   *[other] {$id} {$title}, {$n} classes
}
doctor-storages-unknown = the server does not list them
doctor-storages = {$n ->
    [one] 1 storage
   *[other] {$n} storages
}
doctor-usual-storage = by default {$id} {$name}
doctor-storage = {$id} {$name} ({$provider})
doctor-make-room = make room, or name another folder in TMPDIR
doctor-no-file = no temporary file can be written to {$folder}: {$reason}
doctor-free-unknown = {$folder} does not say what is free: {$reason}
doctor-free = {$free} free for temporary files in {$folder}
