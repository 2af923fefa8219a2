#!/bin/sh
# usage: sudo sh tests/fleet/run.sh BUILD [TEST ...]
# Several mail hosts with real routing daemons, in network namespaces.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- "$here"/test_*.sh
exec sh "$here/../e2e/run.sh" "$build" "$@"
