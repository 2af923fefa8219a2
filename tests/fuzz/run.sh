#!/bin/sh
# usage: sh tests/fuzz/run.sh [-a] [SECONDS [TARGET ...]]
# Builds the fuzzers (preset fuzz) and runs each (or those named, as "header")
# for some seconds, beginning with the corpus and configurations of the tests;
# as many at once as there are processors, or FUZZ_JOBS.  -a: with AFL++.
# FUZZ_CORPUS: a folder where what was found stays, to go on from there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
engine=libfuzzer
if [ "${1:-}" = -a ]; then
	engine=afl
	shift
fi
seconds=${1:-20}
[ $# -eq 0 ] || shift
build=$top/build/fuzz
work=$(mktemp -d /var/tmp/smtpban-fuzz.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
corpus=${FUZZ_CORPUS:-$work/corpus}

names=
if [ $# -eq 0 ]; then
	for source in "$here"/fuzz_*.c; do
		name=$(basename "$source" .c)
		names="$names ${name#fuzz_}"
	done
else
	names="$*"
fi
targets=
for name in $names; do
	targets="$targets fuzz_$name"
done

cd "$top"
mkdir -p build
set -- --preset fuzz
if [ $engine = afl ]; then
	build=$top/build/afl
	set -- --preset fuzz -B "$build" -DCMAKE_C_COMPILER=afl-clang-fast \
	    -DSMTPBAN_SANITIZE=address,undefined
fi
# shellcheck disable=SC2086
if ! { cmake "$@" && cmake --build "$build" --target $targets; } \
    >build/fuzz.log 2>&1; then
	tail -40 build/fuzz.log >&2
	exit 1
fi

# Real input first.  Logs in pieces of a few lines, for all that read lines;
# the fewer bytes a seed has the sooner it is understood.
seeds=$work/seeds
mkdir "$seeds" "$seeds/lines" "$seeds/few" "$seeds/conf" "$seeds/resolv" \
    "$seeds/prefix" "$seeds/match"
for log in "$top"/tests/corpus/*.log; do
	lines=4
	case $log in
	*-export.log) lines=44 ;; # two entries
	esac
	head -200 "$log" |
	    split -l "$lines" - "$seeds/lines/$(basename "$log")."
	head -40 "$log" | tail -8 >"$seeds/few/$(basename "$log")"
done
cp "$top"/tests/unit/conf/*.conf "$top/rc/smtpban.conf" "$seeds/conf"
printf 'search example.net\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n' \
    >"$seeds/resolv/resolv.conf"
n=0
for text in 192.0.2.7 192.0.2.0/24 2001:db8::/48 ::ffff:192.0.2.7 \
    ::ffff:192.0.2.0/120 0.0.0.0/0 192.0.2.1/33 10m 8w 36600d; do
	n=$((n + 1))
	printf '%s' "$text" >"$seeds/prefix/$n"
done
printf '# of ours\n192.0.2.0/24 # an office\n\t2001:db8::/32\r\n\nx\n' \
    >"$seeds/prefix/file"
# A template, and what a client chose.
{
	grep -h '^match ' "$seeds"/conf/*.conf | sed 's/.*" "//; s/" as .*//'
	echo 'refused for <user> from <addr>: <text>'
} | while IFS= read -r template; do
	n=$((n + 1))
	printf '%s\0x from 203.0.113.9: h8.example.net[203.0.113.9]: ' \
	    "$template" >"$seeds/match/$n"
done
# The same as pieces: see fuzz_match.c.
printf '\001\017\000\377\030\021\030' >"$seeds/match/pieces"
printf '\001\026\003\017\000\005\004\377\010\020\017\021' \
    >"$seeds/match/more-pieces"

for name in $names; do
	mkdir -p "$corpus/$name" "$work/$name"
done
export build work corpus seconds engine
# shellcheck disable=SC2086
printf '%s\n' $names |
    xargs -n 1 -P "${FUZZ_JOBS:-$(nproc)}" sh "$here/one.sh"

printf '%-14s %7s %10s %8s %6s %7s %7s\n' \
    target seconds executions per-s edges features corpus
failed=
for name in $names; do
	cat "$work/$name/figures" 2>/dev/null || :
	[ -e "$work/$name/good" ] || failed="$failed $name"
done
[ -z "$failed" ] || {
	echo "FAILED:$failed; the inputs are in $build" >&2
	exit 1
}
