#!/usr/bin/env bash
# Installs what the tests need: .venv with the platform's SDK and the consumers of our exports, .venv-readers with more of them,
# .venv-servers, .node-servers and Debian packages with the servers that they start, cargo-deny and valgrind.
#   setup.sh --bench    also what scripts/bench.sh compares with: jq, jaq
# Safe to run again: what is up to date is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# A pyenv shim exists for every version that pyenv ever saw and fails for those not selected, so each candidate is run.
find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# A virtual environment FOLDER from a list of requirements, and one that is installed without dependencies.
environment() {
    local folder=$1 list=$2 without=${3:-/dev/null} python wanted
    wanted=$(cat "$list" "$without" | sha256sum | cut -d ' ' -f 1)
    if [[ -f $folder/requirements.sha256 && $(<"$folder/requirements.sha256") == "$wanted" ]] &&
        "$folder/bin/python" -c '' 2>/dev/null; then
        say "$folder is up to date"
        return
    fi
    if ! python=$(find_python); then
        say "no Python 3.12 or newer found (tried python3.13, python3.12, python3 and pyenv's versions)."
        say "Install one, e.g. 'apt-get install python3.12 python3.12-venv' or 'pyenv install 3.12', and run this again."
        exit 1
    fi
    say "making $folder with $("$python" --version) ($python)"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    if [[ -n ${3-} ]]; then
        "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$without"
    fi
    # Last, so that an interrupted run is not taken for a finished one.
    printf '%s\n' "$wanted" >"$folder/requirements.sha256"
}

environment .venv scripts/requirements.txt scripts/requirements-no-deps.txt
environment .venv-readers scripts/requirements-readers.txt scripts/requirements-readers-no-deps.txt
environment .venv-servers scripts/requirements-servers.txt

if command -v cargo-deny >/dev/null; then
    say "cargo-deny is there"
elif command -v cargo >/dev/null; then
    say "installing cargo-deny"
    cargo install --quiet --locked cargo-deny
else
    say "cargo is missing: install Rust from https://rustup.rs and run this again."
    exit 1
fi

# Debian packages, when what they bring is missing and we may install them: NAME:PACKAGE, or PACKAGE where both are the same. NAME is
# a command, or a file by its absolute path.
packages() {
    local missing=()
    for wanted in "$@"; do
        local name=${wanted%%:*}
        [[ -e $name && $name == /* ]] || type -P "$name" >/dev/null || missing+=("${wanted#*:}")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        say "missing: ${missing[*]}; install them, e.g. 'sudo apt-get install ${missing[*]}', and run this again."
        exit 1
    fi
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

# For scripts/check_instructions.py and scripts/bench.py; certificates of tests.
packages valgrind time openssl

# Tests start a PostgreSQL of their own; the one that its package would make and start is not wanted.
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    if [[ $(id -u) -eq 0 && ! -e /etc/postgresql-common/createcluster.conf ]]; then
        mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    packages postgresql
fi
# For scripts/check_archives.py.
packages bsdtar:libarchive-tools zstd

# An S3 server that checks signatures.
if ! command -v s3s-fs >/dev/null && [[ ! -x ${CARGO_HOME:-$HOME/.cargo}/bin/s3s-fs ]]; then
    say "installing s3s-fs"
    cargo install --quiet --locked s3s-fs --version 0.14.1 --features binary
fi

# SFTP, FTP and WebDAV servers; another for FTP comes with .venv-servers.
packages /usr/sbin/vsftpd:vsftpd /usr/sbin/sshd:openssh-server ssh-keygen:openssh-client \
    /usr/sbin/nginx:nginx-light /usr/lib/nginx/modules/ngx_http_dav_ext_module.so:libnginx-mod-http-dav-ext

# An emulator of Azure's store. Its packages' own scripts are not run.
azurite=3.37.0
if grep -q "\"version\": \"$azurite\"" .node-servers/node_modules/azurite/package.json 2>/dev/null; then
    say "azurite is there"
else
    packages node:nodejs npm
    say "installing azurite"
    mkdir -p .node-servers
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix .node-servers "azurite@$azurite"
fi

if [[ ${1-} == --bench ]]; then
    packages jq
    command -v jaq >/dev/null || [[ -x $HOME/.cargo/bin/jaq ]] || cargo install --quiet --locked jaq
fi
