#!/bin/sh
# usage: sudo sh tests/e2e/run.sh BUILD [TEST ...]
# Runs the end-to-end tests against the programs of a build tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
shift
[ "$(id -u)" = 0 ] || { echo "e2e: must run as root" >&2; exit 1; }
STAGE=$build/stage
TCP=$build/tests/e2e/tcp
export STAGE TCP
[ $# -gt 0 ] || set -- "$here"/test_*.sh
passed=0 failed=0
for test in "$@"; do
	name=$(basename "$test" .sh)
	if timeout -k 10 "${E2E_TIMEOUT:-120}" sh "$test"; then
		echo "ok $name"
		passed=$((passed + 1))
	else
		echo "FAILED $name"
		failed=$((failed + 1))
	fi
done
echo "e2e: $passed passed, $failed failed"
[ "$failed" = 0 ]
