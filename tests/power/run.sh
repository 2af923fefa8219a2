#!/bin/sh
# usage: sudo sh tests/power/run.sh BUILD [ROUNDS [SEED]]
# Cuts the power of a file system under a busy ledger, ROUNDS times (15) on
# ext4 and on XFS: the shutdown ioctl drops all that is not on the device yet.
# After each cut all that was acknowledged must be there.  A control first:
# without syncs the loss is seen.  Needs loop devices; without them it fails,
# unless POWER_OPTIONAL is set.
set -u
if [ -z "${POWER_NAMESPACE:-}" ]; then
	# Nobody else may hold the dead mount.
	POWER_NAMESPACE=1 exec unshare -m --propagation private sh "$0" "$@"
fi
build=$(cd "$1" && pwd) || exit 1
rounds=${2:-15}
seed=${3:-1}
power=$build/tests/power/power
PATH=$PATH:/usr/sbin:/sbin
passed=0 failed=0
T=$(mktemp -d /var/tmp/smtpban-power.XXXXXX)
S=$(mktemp -d /dev/shm/smtpban-power.XXXXXX)
mkdir "$T/mnt"
trap 'umount "$T/mnt" 2>/dev/null; rm -rf "$T" "$S"' EXIT
trap 'exit 1' INT TERM

up()
{
	mount -o loop "$T/img" "$T/mnt"
}

# format FILESYSTEM: a new one, mounted.
format()
{
	umount "$T/mnt" 2>/dev/null
	rm -f "$T/img"
	truncate -s 320M "$T/img" && "mkfs.$1" -q "$T/img" && up
}

# round SEED: cut and check; the number of batches is in $S/out.
round()
{
	"$power" cut "$T/mnt" "$S/state" "$1" 2>>"$S/log" &&
	    umount "$T/mnt" && up &&
	    "$power" check "$T/mnt" "$S/state" >"$S/out" 2>>"$S/log"
}

# again N: forget the ledger, sometimes, so that its beginning is cut, too.
again()
{
	if [ $(($1 % 10)) = 0 ]; then
		rm -f "$T/mnt"/bans* "$S/state"
		sync -f "$T/mnt"
	fi
}

control()
{
	format "$1" || return 1
	n=0
	while [ "$n" -lt 10 ]; do
		again 0
		POWER_NO_SYNC=1 round "$n" || return 0
		n=$((n + 1))
	done
	echo "power: $1: no loss is seen without syncs"
	return 1
}

cuts()
{
	format "$1" || return 1
	: >"$S/log"
	n=0 batches=0
	while [ "$n" -lt "$rounds" ]; do
		again "$n"
		if ! round $((seed * 100000 + n)); then
			echo "power: $1: lost in round $n (seed $seed)"
			tail -5 "$S/log"
			return 1
		fi
		batches=$((batches + $(cat "$S/out")))
		n=$((n + 1))
	done
	echo "power: $1: $n cuts, $batches batches acknowledged, a file" \
	    "unreadable $(grep -c 'damaged, kept' "$S/log") times, nothing lost"
}

try()
{
	if "$@"; then
		echo "ok $*"
		passed=$((passed + 1))
	else
		echo "FAILED $*"
		failed=$((failed + 1))
	fi
}

[ "$(id -u)" = 0 ] || { echo "power: must run as root" >&2; exit 1; }
if ! format ext4 >"$S/out" 2>&1; then
	cat "$S/out"
	echo "power: NOT TESTED, there are no loop devices here"
	[ -n "${POWER_OPTIONAL:-}" ] || failed=1
	echo "power: $passed passed, $failed failed"
	[ "$failed" = 0 ]
	exit
fi
for fs in ext4 xfs; do
	try control "$fs"
	try cuts "$fs"
done
echo "power: $passed passed, $failed failed"
[ "$failed" = 0 ]
