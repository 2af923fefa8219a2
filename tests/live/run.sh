#!/bin/sh
# usage: sudo sh tests/live/run.sh BUILD [TEST ...]
# Real mail servers, attacked: their packages are loaded from Debian.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
TALK=$build/tests/live/talk
LIVE=$build/live
E2E_TIMEOUT=${E2E_TIMEOUT:-300}
export TALK LIVE E2E_TIMEOUT
mkdir -p "$LIVE"
shift
[ $# -gt 0 ] || set -- "$here"/test_*.sh
exec sh "$here/../e2e/run.sh" "$build" "$@"
