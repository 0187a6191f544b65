#!/usr/bin/env bash
# franz-go, the Go client, which speaks the protocol by itself: `franz.sh BOOTSTRAP`.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/node.sh"
franz_build || { echo "0 passed, 1 failed"; exit 1; }
exec "$FRANZ" checks "$1"
