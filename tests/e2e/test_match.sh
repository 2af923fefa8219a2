# Lines of a program of one's own, by a "match" of the configuration.
. "$(dirname "$0")/lib.sh"
net_up
conf 'match "myauth" "login refused for <user> from <addr>" as auth'
start

# refused USER ADDRESS...: one line each, as the program writes them.
refused()
{
	user=$1
	shift
	for address in "$@"; do
		echo "$(ago 0) mx1 myauth[12]: login refused for $user from $address"
	done >>"$LOG"
}

for user in bob ann root 'x from 203.0.113.9' 'y from 203.0.113.9 from 203.0.113.9'; do
	refused "$user" 198.51.100.66 2001:db8:bad::66
done
banned 198.51.100.66
banned 2001:db8:bad::/64
# Another program, another shape, or more behind the address.
for _ in 1 2 3 4 5 6; do
	echo "$(ago 0) mx1 other[12]: login refused for bob from 198.51.100.67"
	echo "$(ago 0) mx1 myauth[12]: x login refused for bob from 198.51.100.68"
	echo "$(ago 0) mx1 myauth[12]: login refused for bob from 198.51.100.69 port 25"
done >>"$LOG"
settle
only 1

# It can be taken away and another one given while we run.
conf 'match "gate" "denied: <addr>" as relay'
check "the configuration is not taken" ctl reload
for _ in 1 2 3 4 5; do
	refused bob 198.51.100.70
	echo "$(ago 0) mx1 gate: denied: 198.51.100.71" >>"$LOG"
done
banned 198.51.100.71
settle
refuse "the old shape still counts" routed 198.51.100.70

conf 'match "gate" "<text> denied: <addr>" as relay'
refuse "a client may choose the address" ctl reload
grep -q "could choose an address" "$T/out" || fail "the reason is not told"
refuse "a client may choose the address" \
    "$STAGE/sbin/smtpband" -n -f "$CONF"
grep -q "smtpban.conf:4: match" "$T/out" || fail "the line is not told"
stop
