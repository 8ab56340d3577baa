#!/usr/bin/env bash
# Installs what the tests need besides Rust:
#   .venv           the platform's SDK and the consumers of our exports
#   .venv-readers   more consumers, which need other versions of the same packages
#   .venv-servers   servers in Python that the sink is tested against
#   .venv-package   maturin, which makes the Python wheel
#   .venv-ray       Ray, for exports in parts
#   .node-servers   an emulator of Azure's store
#   .node-lint      ESLint, for the scripts of the gallery
#   Debian packages with more servers and tools, and s3s-fs, an S3 server that is compiled here
#
#   setup.sh            all of that
#   setup.sh --ci       also cargo-deny, which .ci/run calls
#   setup.sh --bench    also what scripts/bench.sh compares with: jaq
#
# SYNPIPE_TOOLS=FOLDER places these folders there instead of in the checkout, so that several checkouts can share them.
# Safe to run again: what is up to date is left alone. The parts are installed side by side.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

tools=${SYNPIPE_TOOLS:-$PWD}
azurite=3.37.0
eslint=9.39.5
ci='' bench=''
for flag in "$@"; do
    case $flag in
    --ci) ci=1 ;;
    --bench) bench=1 ;;
    *) echo "setup: unknown flag $flag" >&2 && exit 2 ;;
    esac
done

say() { printf 'setup: %s\n' "$*" >&2; }

# ---- Python

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
    say "no Python 3.12 or newer found (tried python3.13, python3.12, python3 and pyenv's versions)."
    say "Install one, e.g. 'apt-get install python3.12 python3.12-venv' or 'pyenv install 3.12', and run this again."
    return 1
}

# uv, which installs packages several times faster than pip, in an environment of its own; prints its path.
find_uv() {
    local python
    if [[ ! -x $tools/.venv-uv/bin/uv ]]; then
        python=$(find_python)
        rm -rf "$tools/.venv-uv"
        "$python" -m venv "$tools/.venv-uv"
        "$tools/.venv-uv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: uv==0.13.9
    fi
    printf '%s\n' "$tools/.venv-uv/bin/uv"
}

# A virtual environment NAME from a list of requirements, and one that is installed without dependencies.
environment() {
    local folder=$tools/$1 list=$2 without=${3:-/dev/null} wanted uv python
    wanted=$(cat "$list" "$without" | sha256sum | cut -d ' ' -f 1)
    if [[ -f $folder/requirements.sha256 && $(<"$folder/requirements.sha256") == "$wanted" ]] &&
        "$folder/bin/python" -c '' 2>/dev/null; then
        return
    fi
    uv=$(find_uv)
    python=$(find_python)
    say "making $folder with $("$python" --version) ($python)"
    "$uv" venv --quiet --clear --python "$python" "$folder"
    "$uv" pip install --quiet --python "$folder/bin/python" -r "$list"
    if [[ -n ${3-} ]]; then
        "$uv" pip install --quiet --python "$folder/bin/python" --no-deps -r "$without"
    fi
    # Last, so that an interrupted run is not taken for a finished one.
    printf '%s\n' "$wanted" >"$folder/requirements.sha256"
}

python_environments() {
    environment .venv scripts/requirements.txt scripts/requirements-no-deps.txt
    environment .venv-readers scripts/requirements-readers.txt scripts/requirements-readers-no-deps.txt
    environment .venv-servers scripts/requirements-servers.txt
    environment .venv-package scripts/requirements-package.txt
    # A cluster starts some thirty processes, which all import the same modules; those of the dashboard have 30 s for it.
    UV_COMPILE_BYTECODE=1 environment .venv-ray scripts/requirements-ray.txt
}

# ---- Debian and Node

# Adds to `missing` the Debian packages of what is not there. Each argument is NAME:PACKAGE, or PACKAGE where both are the same; NAME is
# a command, or a file by its absolute path.
missing=()
need() {
    local wanted name
    for wanted in "$@"; do
        name=${wanted%%:*}
        [[ -e $name && $name == /* ]] || type -P "$name" >/dev/null || missing+=("${wanted#*:}")
    done
}

debian_packages() {
    # Certificates of tests; the examples of the README; scripts/check_archives.py; scripts/check_instructions.py and scripts/bench.py.
    need openssl bsdtar:libarchive-tools zstd jq valgrind time
    # SFTP, FTP and WebDAV servers; another for FTP comes with .venv-servers.
    need /usr/sbin/vsftpd:vsftpd /usr/sbin/sshd:openssh-server ssh-keygen:openssh-client
    need /usr/sbin/nginx:nginx-light /usr/lib/nginx/modules/ngx_http_dav_ext_module.so:libnginx-mod-http-dav-ext
    # The shells that are completed, a terminal for them, and what sets man pages.
    need zsh fish tmux groff man:man-db
    # A browser, and letters of Korean for its pictures.
    need chromium /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc:fonts-noto-cjk
    # scripts/package.sh.
    need dpkg-shlibdeps:dpkg-dev strip:binutils
    # An HTTP proxy, a SOCKS proxy, and a clock that can be wrong.
    need tinyproxy microsocks faketime
    # A cluster in a network of its own.
    need ip:iproute2 unshare:util-linux
    azurite_is_there && eslint_is_there || need node:nodejs npm
    if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
        missing+=(postgresql)
    fi
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        say "missing: ${missing[*]}; install them, e.g. 'sudo apt-get install ${missing[*]}', and run this again."
        return 1
    fi
    # Tests start a PostgreSQL of their own; the one that its package would make and start is not wanted.
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
        mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

azurite_is_there() {
    grep -qs "\"version\": \"$azurite\"" "$tools/.node-servers/node_modules/azurite/package.json"
}

eslint_is_there() {
    grep -qs "\"version\": \"$eslint\"" "$tools/.node-lint/node_modules/eslint/package.json"
}

# Node comes from Debian where it is missing, so this follows the packages. The scripts that npm packages bring are not run.
debian_and_node() {
    debian_packages
    if ! azurite_is_there; then
        say "installing azurite"
        mkdir -p "$tools/.node-servers"
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools/.node-servers" "azurite@$azurite"
    fi
    if ! eslint_is_there; then
        say "installing eslint"
        mkdir -p "$tools/.node-lint"
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools/.node-lint" "eslint@$eslint"
    fi
}

# ---- Cargo

# A tool NAME of crates.io, with more arguments of `cargo install`. Unoptimised: to compile it takes longer than all it ever does here.
cargo_tool() {
    local name=$1
    shift
    if type -P "$name" >/dev/null || [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/$name ]]; then
        return
    fi
    say "compiling $name"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug "$name" "$@"
}

# ---- All side by side

if ! command -v cargo >/dev/null; then
    say "cargo is missing: install Rust from https://rustup.rs and run this again."
    exit 1
fi
mkdir -p "$tools"
parts=()
trap 'kill "${parts[@]}" 2>/dev/null || true' EXIT
python_environments & parts+=("$!")
debian_and_node & parts+=("$!")
cargo_tool s3s-fs --version 0.14.1 --features binary & parts+=("$!")
[[ -z $ci ]] || { cargo_tool cargo-deny & parts+=("$!"); }
# Measured against, so optimised.
[[ -z $bench ]] || command -v jaq >/dev/null || cargo install --quiet --locked jaq
failed=''
for part in "${parts[@]}"; do
    wait "$part" || failed=1
done
if [[ -n $failed ]]; then
    say "not everything could be installed"
    exit 1
fi
say "everything is there"
