#!/usr/bin/env bash
# Prints debian/copyright: our licences, and that the programs have crates of these licences in them.
set -euo pipefail
cd "$(dirname "$0")/../.."
cat <<TEXT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: synpipe

Files: *
Copyright: the synpipe developers
License: Expat or Apache-2.0
Comment: The programs hold crates under the licences that deny.toml lists.

License: Expat
$(sed 's/^$/./; s/^/ /' LICENSE-MIT)

License: Apache-2.0
 On Debian systems, the full text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
TEXT
