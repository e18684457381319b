#!/bin/sh
# install.sh [PREFIX]: the ringflash command, its manual pages and its completion (default: ~/.local).
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
prefix=${1:-$HOME/.local}
mkdir -p "$prefix/bin" "$prefix/share"
cp -r "$here/share/." "$prefix/share/"
printf '#!/bin/sh\nexec "%s/run.sh" "$@"\n' "$here" >"$prefix/bin/ringflash"
chmod +x "$prefix/bin/ringflash"
