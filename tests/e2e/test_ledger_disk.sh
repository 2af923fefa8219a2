# A disk that is full, one that is read-only, and damaged files: what was
# banned stays banned, and everything is said.
if [ -z "${LEDGER_MOUNTS:-}" ]; then
	LEDGER_MOUNTS=1 exec unshare -m --propagation private sh "$0"
fi
. "$(dirname "$0")/lib.sh"
net_up
D=$T/disk
mkdir "$D"
mount -t tmpfs -o size=1m,mode=700 disk "$D" || fail "no small disk"
unmount()
{
	code=$?
	umount -l "$D"
	(exit "$code")
	cleanup
}
trap unmount EXIT
conf
sed -i "s,$T/bans.db,$D/bans.db," "$CONF"

die()
{
	kill -9 "$DAEMON" "$(parser_pid)"
	wait "$DAEMON" 2>/dev/null
	DAEMON=
	: >"$LOG" # no replay makes up for a loss
}

# said WORDS...: the daemon's log has them.
said()
{
	grep -q "$*" "$T/daemon.log"
}

# listed ADDRESS: smtpbanctl lists the ban.
listed()
{
	ctl -q bans | grep -q "^$1 "
}

start
failures 5 198.51.100.71 >>"$LOG"
banned 198.51.100.71
settle
die

# Full: the ban is in force, marked, and written when there is room.
start
dd if=/dev/zero of="$D/filler" bs=4k 2>/dev/null
failures 5 198.51.100.72 >>"$LOG"
banned 198.51.100.72
wait_for 5 said "No space left" || fail "nothing is said of the full disk"
refuse "a ban by hand is acknowledged on a full disk" ctl ban 198.51.100.73
grep -q "in force, but not written" "$T/out" || fail "$(cat "$T/out")"
banned 198.51.100.73
ctl status >"$T/status" # which fails, as something does
grep -q "No space left" "$T/status" || fail "status: $(cat "$T/status")"
ctl -j bans | tr '}' '\n' | grep '198.51.100.72"' | grep -q unwritten ||
    fail "not marked: $(ctl -j bans)"
rm "$D/filler"
written()
{
	! ctl -j bans | grep -q '"unwritten": *true'
}
wait_for 20 written || fail "never written: $(ctl -j bans)"
die
start
for i in 1 2 3; do
	listed "198.51.100.7$i" || fail "198.51.100.7$i is lost"
done
stop

# Full at the start: what was banned is in force.
dd if=/dev/zero of="$D/filler" bs=4k 2>/dev/null
start
check "not banned when started on a full disk" routed 198.51.100.71
rm "$D/filler"
stop

# Read-only at the start: an error, not a daemon that forgets.
mount -o remount,ro "$D" || fail "it cannot be made read-only"
refuse "it starts on a read-only disk" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -d -f "$CONF"
grep -q "must be writable: Read-only" "$T/out" || fail "$(cat "$T/out")"
mount -o remount,rw "$D"

# One file damaged while stopped, then both.
truncate -s 5000 "$D/bans.db"
start
said "bans.db: damaged, kept as $D/bans.db.damaged-20" ||
    fail "nothing is said of a damaged file"
for i in 1 2 3; do
	listed "198.51.100.7$i" || fail "198.51.100.7$i is lost"
done
stop
for file in "$D/bans.db" "$D/bans.db.2"; do
	dd if=/dev/urandom of="$file" bs=256 count=1 conv=notrunc 2>/dev/null
done
start
for i in 1 2 3; do
	listed "198.51.100.7$i" || fail "198.51.100.7$i is lost"
done
n=$(find "$D" -name 'bans.db.damaged-*' | wc -l)
[ "$n" = 3 ] || fail "$n damaged files are kept, not 3"

ctl status >"$T/status"
grep -q "ledger damaged" "$T/status" || fail "status: $(cat "$T/status")"

# Both removed while it runs: they are there again with the next ban.
rm "$D/bans.db" "$D/bans.db.2"
check "ban by hand" ctl ban 198.51.100.74
die
start
for i in 1 2 3 4; do
	listed "198.51.100.7$i" || fail "198.51.100.7$i is lost"
done
# And while it is stopped: then the kernel tells.
stop
rm "$D/bans.db" "$D/bans.db.2"
start
said "4 bans are known by their routes only" || fail "not said"
for i in 1 2 3 4; do
	listed "198.51.100.7$i" || fail "198.51.100.7$i is lost"
	routed "198.51.100.7$i" || fail "198.51.100.7$i has no route"
done

# A second daemon with other sockets, on the same ledger.
sed "s,control.sock,other.sock," "$CONF" >"$T/other.conf"
refuse "a second daemon on one ledger" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -d -f "$T/other.conf"
grep -q "another smtpband uses it" "$T/out" || fail "$(cat "$T/out")"
listed 198.51.100.71 || fail "the first daemon was disturbed"

# Something else in a file's place, or a file that others may write.
stop
mv "$D/bans.db.2" "$D/kept"
mkfifo "$D/bans.db.2"
refuse "it starts with a FIFO for a ledger" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -d -f "$CONF"
grep -q "bans.db.2: not a regular file" "$T/out" || fail "$(cat "$T/out")"
mv "$D/kept" "$D/bans.db.2"
chmod 666 "$D/bans.db.2"
refuse "it starts with a ledger that others may write" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -d -f "$CONF"
grep -q "bans.db.2: others may write it" "$T/out" || fail "$(cat "$T/out")"
