#!/bin/sh
# usage: sudo sh tests/e2e/run.sh BUILD [TEST ...]
# Runs the end-to-end tests against the programs of a build tree, E2E_JOBS (2)
# at a time: they wait more than they work, and each has a world of its own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
shift
[ "$(id -u)" = 0 ] || { echo "e2e: must run as root" >&2; exit 1; }
STAGE=$build/stage
TCP=$build/tests/e2e/tcp
NOTIFY=$build/tests/e2e/notify
results=$(mktemp -d /tmp/smtpban-results.XXXXXX)
trap 'rm -rf "$results"' EXIT
export STAGE TCP NOTIFY results
[ $# -gt 0 ] || set -- "$here"/test_*.sh
# The output of each in one piece.
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -n 1 -P "${E2E_JOBS:-2}" sh -c '
	name=$(basename "$0" .sh) result=FAILED
	timeout -k 10 "${E2E_TIMEOUT:-180}" sh "$0" >"$results/$name.out" 2>&1 &&
	    result=ok
	echo "$result $name" >>"$results/$name.out"
	flock "$results" cat "$results/$name.out"'
passed=0 failed=0
for test in "$@"; do
	name=$(basename "$test" .sh)
	if [ "$(tail -1 "$results/$name.out")" = "ok $name" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "e2e: $passed passed, $failed failed"
[ "$failed" = 0 ]
