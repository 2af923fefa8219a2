#!/bin/sh
# usage: sudo sh tests/soak/run.sh BUILD [SECONDS] [SEED]
# One smtpband for so long (default 600 s) in a world that does to it what a
# year may bring: attacks, bans by hand, rotations, kills, full disks, other
# programs' routes, a clock that is set.  After each step the kernel's routes,
# the ledger, the parser's mirror and a model of the actions must be the same.
# The same seed takes the same steps.  What happened is in BUILD/soak.
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare -m sh "$0" "$@"
set -u
BUILD=$(cd "$1" && pwd) || exit 1
LASTS=${2:-600}
SEED=${3:-$(date +%s)}
STAGE=$BUILD/stage
TCP=$BUILD/tests/e2e/tcp
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/../e2e/lib.sh"
# Of the files below, too:
# shellcheck disable=SC2034
NAME=soak BAN_FOR=45 # seconds
FIRST_SEED=$SEED
KEPT=$BUILD/soak
STEPS=0
EAR=
# shellcheck source=tests/soak/world.sh
. "$here/world.sh"
# shellcheck source=tests/soak/check.sh
. "$here/check.sh"
# shellcheck source=tests/soak/actions.sh
. "$here/actions.sh"
# shellcheck source=tests/soak/faults.sh
. "$here/faults.sh"

soak_end()
{
	status=$?
	rm -rf "$KEPT"
	mkdir "$KEPT"
	cp -r "$T/soak" "$T/daemon.log" "$T/conf" "$T/actions" "$KEPT" 2>/dev/null
	if [ "$status" != 0 ]; then
		tail -5 "$T/actions"
		tail -20 "$T/daemon.log"
		echo "soak: step $STEPS failed; see $KEPT; to repeat it:" \
		    "sudo sh tests/soak/run.sh $BUILD $LASTS $FIRST_SEED"
		echo "soak: $((STEPS - 1)) passed, 1 failed"
	fi
	[ -z "$EAR" ] || kill -9 "$EAR"
	kill_daemon
	umount -l "$T/disk" 2>/dev/null
	(exit "$status")
	cleanup >/dev/null
}
trap soak_end EXIT

echo "soak: $LASTS s, seed $FIRST_SEED"
world_up
mono
# shellcheck disable=SC2034
BEGAN=$NOW
END=$((NOW + LASTS * 100))
while [ "$NOW" -lt "$END" ]; do
	STEPS=$((STEPS + 1))
	next_step
	invariants
	mono
done
say "the end"
check "the end" ctl status
echo "soak: seed $FIRST_SEED, $LASTS s, $STARTS starts, $KILLS kills," \
    "$(grep -c '^auto' "$T/soak/model") attacks, at most $MOST bans;" \
    "enforcer $RSS_E kB, $FDS_E descriptors; parser $RSS_P kB, $FDS_P"
echo "soak: $STEPS passed, 0 failed"
