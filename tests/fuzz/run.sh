#!/bin/sh
# usage: sh tests/fuzz/run.sh [SECONDS]
# Builds the fuzzers (preset fuzz) and runs each for some seconds, beginning
# with the corpus and configurations of the tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
seconds=${1:-20}
build=$top/build/fuzz
work=$(mktemp -d /var/tmp/smtpban-fuzz.XXXXXX)
trap 'rm -rf "$work"' EXIT

names=
for source in "$here"/fuzz_*.c; do
	names="$names $(basename "$source" .c)"
done
cd "$top"
mkdir -p build
# shellcheck disable=SC2086
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target $names; } \
    >build/fuzz.log 2>&1; then
	tail -40 build/fuzz.log >&2
	exit 1
fi

# Real input first: configurations as they are, logs line by line in part.
mkdir "$work/seeds"
cp "$top"/tests/unit/conf/*.conf "$top/rc/smtpban.conf" "$work/seeds"
for log in "$top"/tests/corpus/*.log; do
	lines=4
	case $log in
	*-export.log) lines=44 ;; # two entries
	esac
	head -200 "$log" | split -l "$lines" - "$work/seeds/$(basename "$log")."
done
for name in $names; do
	mkdir "$work/$name"
	echo "-- $name, $seconds s"
	if ! (cd "$work/$name" && "$build/tests/fuzz/$name" \
	    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
	    -max_len=9000 -print_final_stats=1 -close_fd_mask=3 \
	    "$work/$name" "$work/seeds") >"$work/out" 2>&1; then
		tail -40 "$work/out"
		cp "$work/$name"/crash-* "$work/$name"/leak-* \
		    "$work/$name"/timeout-* "$build" 2>/dev/null || :
		echo "FAILED $name: the input is in $build" >&2
		exit 1
	fi
	grep -h 'number_of_executed_units\|Done' "$work/out" || :
done
