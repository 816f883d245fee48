#!/bin/sh
# Clones the committed state into a path with a space and Chinese characters and runs a target there (default: test).
#   scripts/fresh_clone_check.sh [TARGET]      KEEP=1 keeps the clone
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
base=$(mktemp -d)
clone="$base/首问 fresh clone"
if [ -z "${KEEP:-}" ]; then
    trap 'rm -rf "$base"' EXIT
fi
git clone --quiet "$here" "$clone"
cd "$clone"
echo "fresh clone: $clone"
make "${1:-test}" </dev/null
if [ -n "$(git status --porcelain)" ]; then
    echo "fresh clone: files appeared that are neither committed nor ignored:" >&2
    git status --short >&2
    exit 1
fi
