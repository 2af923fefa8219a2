#!/bin/sh
# usage: sudo sh tests/run.sh [PRESET]
# Installs what is missing, builds (preset debug, or another), and runs all
# tests: unit and corpus, end-to-end, installation.  The last line counts
# them; a skipped test has not passed.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
preset=${1:-debug}
build=$top/build/$preset
total_passed=0 total_failed=0
broken=
# shellcheck source=rc/host.sh
. "$top/rc/host.sh"

die()
{
	echo "tests: $*" >&2
	exit 1
}

step()
{
	printf '\n== %s\n' "$*"
}

# add NAME STATUS PASSED FAILED
add()
{
	total_passed=$((total_passed + $3))
	total_failed=$((total_failed + $4))
	if [ "$2" != 0 ] || [ "$3" = 0 ] || [ "$4" != 0 ]; then
		broken="$broken${broken:+,} $1"
	fi
}

# Unit tests and corpus: ctest counts in its JUnit file.
run_unit()
{
	step "unit and corpus tests"
	report=$build/junit.xml
	rm -f "$report"
	status=0
	with_mounted_root ctest --test-dir "$build" --output-on-failure \
	    --no-tests=error --timeout 300 --output-junit "$report" || status=$?
	all=$(junit tests) bad=$(($(junit failures) + $(junit disabled) + \
	    $(junit skipped)))
	add "unit and corpus tests" "$status" $((all - bad)) "$bad"
}

# junit WORD: the number of the test suite's attribute, 0 if it has none.
junit()
{
	n=$(sed -n "s/^[[:space:]]*$1=\"\\([0-9]*\\)\".*/\\1/p" "$report" \
	    2>/dev/null | head -1)
	echo "${n:-0}"
}

# run_script NAME SCRIPT: its last line ends in "N passed, N failed".
run_script()
{
	step "$1"
	out=$build/$(basename "$2" .sh)-$(basename "$(dirname "$2")").out
	{ with_mounted_root sh "$2" "$build" 2>&1; echo "status $?"; } | tee "$out" |
	    grep -v '^status [0-9]*$'
	# shellcheck disable=SC2046
	set -- "$1" $(sed -n 's/^status //p' "$out" | tail -1) $(sed -n \
	    's/^.*\<\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' \
	    "$out" | tail -1)
	add "$1" "$2" "${3:-0}" "${4:-0}"
}

[ "$(id -u)" = 0 ] || die "must be run as root: sudo sh tests/run.sh"
step "what is needed"
# shellcheck disable=SC2086
install_missing $BUILD_PACKAGES $TEST_PACKAGES || die "packages are missing"
make_users "$top/rc/smtpban.sysusers" || die "cannot make the user"

step "build: $preset"
cd "$top" || exit 1
mkdir -p build
if ! { cmake --preset "$preset" && cmake --build --preset "$preset"; } \
    >"build/$preset.log" 2>&1; then
	tail -60 "build/$preset.log" >&2
	die "the build failed: $top/build/$preset.log"
fi
echo "built in $build"

run_unit
run_script "end-to-end tests" "$top/tests/e2e/run.sh"
run_script "installation tests" "$top/tests/install/run.sh"

step "summary"
[ -z "$broken" ] || echo "not well:$broken"
echo "$total_passed passed, $total_failed failed"
[ -z "$broken" ]
