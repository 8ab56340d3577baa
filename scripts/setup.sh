#!/usr/bin/env bash
# Installs the servers that the tests use (PostgreSQL, those of the sink), makes .venv with the platform's SDK and the
# consumers of our exports, and installs cargo-deny and valgrind.
#   setup.sh --bench    also what scripts/bench.sh compares with: jq, jaq, and .venv-bench with globox and Datumaro
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

lists=(scripts/requirements.txt scripts/requirements-no-deps.txt)
stamp=.venv/requirements.sha256
wanted=$(cat "${lists[@]}" | sha256sum | cut -d ' ' -f 1)

if [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && .venv/bin/python -c '' 2>/dev/null; then
    say ".venv is up to date"
else
    if ! python=$(find_python); then
        say "no Python 3.12 or newer found (tried python3.13, python3.12, python3 and pyenv's versions)."
        say "Install one, e.g. 'apt-get install python3.12 python3.12-venv' or 'pyenv install 3.12', and run this again."
        exit 1
    fi
    say "making .venv with $("$python" --version) ($python)"
    rm -rf .venv
    "$python" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r scripts/requirements-no-deps.txt
    # Last, so that an interrupted run is not taken for a finished one.
    printf '%s\n' "$wanted" >"$stamp"
fi

if command -v cargo-deny >/dev/null; then
    say "cargo-deny is there"
elif command -v cargo >/dev/null; then
    say "installing cargo-deny"
    cargo install --quiet --locked cargo-deny
else
    say "cargo is missing: install Rust from https://rustup.rs and run this again."
    exit 1
fi

# Debian packages, when their commands are missing and we may install them: COMMAND, or COMMAND:PACKAGE.
packages() {
    local missing=()
    for command in "$@"; do
        type -P "${command%%:*}" >/dev/null || missing+=("${command#*:}")
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

if [[ ${1-} == --bench ]]; then
    packages jq
    command -v jaq >/dev/null || [[ -x $HOME/.cargo/bin/jaq ]] || cargo install --quiet --locked jaq
    if ! .venv-bench/bin/python -c 'import globox, datumaro' 2>/dev/null; then
        say "making .venv-bench with globox and Datumaro"
        python=$(find_python)
        rm -rf .venv-bench
        "$python" -m venv .venv-bench
        .venv-bench/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements-bench.txt
    fi
fi

# An S3 server that checks signatures.
if ! command -v s3s-fs >/dev/null && [[ ! -x ${CARGO_HOME:-$HOME/.cargo}/bin/s3s-fs ]]; then
    say "installing s3s-fs"
    cargo install --quiet --locked s3s-fs --version 0.14.1 --features binary
fi

# SFTP and WebDAV servers, from the system's packages.
missing=()
[[ -x /usr/sbin/sshd ]] || missing+=(openssh-server)
command -v ssh-keygen >/dev/null || missing+=(openssh-client)
[[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
[[ -e /usr/lib/nginx/modules/ngx_http_dav_ext_module.so ]] || missing+=(libnginx-mod-http-dav-ext)
if ((${#missing[@]})); then
    if ((EUID == 0)) && command -v apt-get >/dev/null; then
        say "installing ${missing[*]}"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
    else
        say "missing: ${missing[*]}. Install them (as root: apt-get install ${missing[*]}) and run this again."
        exit 1
    fi
fi
