# The dbm file of smtpban.py: who is banned there is banned here, as long.
. "$(dirname "$0")/lib.sh"
net_up
conf "ban for 7d" "whitelist { 198.51.100.50 }"
OLD=$T/old.db

# put KEY VALUE; at SECONDS: the time that long ago, as smtpban.py wrote it.
put()
{
	gdbmtool "$OLD" store "$1" "$2" || fail "gdbmtool store $1"
}
at()
{
	LC_ALL=C date -d "-$1 seconds" '+%Y %b %d %H:%M:%S'
}
put 198.51.100.1 "$(at 60)"
put 198.51.100.2 "$(at 518400)" # six days
put 198.51.100.3 "$(at 691200)" # eight
put 198.51.100.4 "$(at 3600)"
put 2001:db8:bad:77::5 "$(at 7200)"

refuse "import without a daemon" ctl import "$OLD"
start
check "a ban by hand" ctl ban 198.51.100.4 for 1h
check "import" ctl import "$OLD"
ctl import "$OLD" | grep -qx "4 imported, 1 over, 0 refused" ||
    fail "again: $(ctl import "$OLD")"
for a in 198.51.100.1 198.51.100.2 198.51.100.4; do
	routed "$a" || fail "no route of $a"
done
refuse "one that is over is banned" routed 198.51.100.3
began=$(date -u -d "-60 seconds" +%Y-%m-%dT%H:%M)
ctl -j bans | grep '"prefix": "198.51.100.1"' >"$T/one"
grep -q "\"since\": \"$began\|\"since\": \"$(date -u -d "-120 seconds" +%Y-%m-%dT%H:%M)" "$T/one" ||
    fail "it does not begin $began: $(cat "$T/one")"
# The six days are over tomorrow, and the hour of the other one soon.
ctl -j bans | grep '"prefix": "198.51.100.2"' |
    grep -q "\"expires\": \"$(date -u -d "-518400 seconds 7 days" +%Y-%m-%d)" ||
    fail "$(ctl -j bans)"
# Released by hand: the old file does not ban it again.
check "unban" ctl unban 198.51.100.1
ctl import "$OLD" >"$T/out"
refuse "it is banned again" routed 198.51.100.1

# What makes no sense, or must not be, is told; the rest is taken.
put mail.example.org "$(at 60)"
put 198.51.100.60 "yesterday"
put 198.51.100.50 "$(at 60)"
put 127.0.0.1 "$(at 60)"
put 198.51.100.61 "$(at 60)"
refuse "all is well" ctl import "$OLD"
for said in 'mail.example.org.*no address' '198.51.100.60.*no time' \
    '198.51.100.50: whitelisted' '127.0.0.1: ' '4 imported, 2 over, 2 refused'; do
	grep -q "$said" "$T/out" || fail "not said: $said: $(cat "$T/out")"
done
routed 198.51.100.61 || fail "the rest is not taken"
head -c 4096 /dev/urandom >"$T/noise"
refuse "noise is imported" ctl import "$T/noise"
grep -q "noise: not a GNU dbm file" "$T/out" || fail "$(cat "$T/out")"
refuse "a file that is not there" ctl import "$T/absent"
refuse "a device" timeout 10 nsenter "--net=/run/netns/$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" import /dev/zero

# Many at once.
for i in $(seq 1 250); do
	for k in 1 2 3 4; do
		echo "store 2001:db8:bad:$k$i::1 \"$(at 60)\""
	done
done | gdbmtool "$T/many.db" || fail "gdbmtool"
ctl import "$T/many.db" | grep -q "^1000 imported" || fail "$(ctl import "$T/many.db")"
stop
