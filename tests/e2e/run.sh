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
# Where each smtpband has its parser: what was not there shall not stay.
run=
[ -e /run/smtpban ] || run="/run/smtpban/empty /run/smtpban"
# shellcheck disable=SC2086
trap 'rm -rf "$results"; [ -z "$run" ] || rmdir $run 2>/dev/null' EXIT
trap 'stop_all' INT TERM HUP
export STAGE TCP NOTIFY results
# Such a build needs more memory: how much tells nothing.
if grep -q __asan_init "$STAGE/sbin/smtpband"; then
	export SANITIZED=yes
fi
[ $# -gt 0 ] || set -- "$here"/test_*.sh

# Each test is a group of processes of its own, and cleans up when it is ended.
stop_all()
{
	trap '' INT TERM HUP
	kill "$xargs"
	for pid in $(cat "$results"/*.pid); do
		kill "$pid"
		while kill -0 "$pid"; do sleep 0.1; done
	done
	exit 1
} 2>/dev/null

# The output of each in one piece.
# shellcheck disable=SC2016
printf '%s\n' "$@" >"$results/tests"
xargs -a "$results/tests" -n 1 -P "${E2E_JOBS:-2}" sh -c '
	name=$(basename "$0" .sh) result=FAILED
	timeout -k 10 "${E2E_TIMEOUT:-600}" sh "$0" >"$results/$name.out" 2>&1 &
	echo $! >"$results/$name.pid"
	wait $! && result=ok
	rm "$results/$name.pid"
	echo "$result $name" >>"$results/$name.out"
	flock "$results" cat "$results/$name.out"' &
xargs=$!
wait "$xargs"
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
