#!/usr/bin/env bash
# Ingest the example briefs into a library of their own and ask three questions.
# Usage: examples/demo.sh BIN, with BIN the folder that holds the command `briefs`.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")"

step() { printf '\n\033[1m$ briefs %s\033[0m\n' "$*"; "$bin/briefs" "$@"; }

step ingest briefs
step ask "When did Finland join NATO?"
step ask "and Sweden?" --turn "When did Finland join NATO?"
step ask "When will Moldova join NATO?"
