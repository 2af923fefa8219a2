# 100,000 bans asked for in a second, for seconds: the rate that is configured
# holds, and expiry, healing, reload and the end come in time all the same.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
conf "limit bans 3000" "limit requests 500" "ban for 1h"
attack "ban 198.51.100.7 8 0 3 0" "ban 198.51.100.8 8 0 0xffffffff 0" \
    "flood bans 15 reading" "say over"
DESCRIPTORS=$(descriptors) PEAK=$(peak)
wait_for 5 routed 198.51.100.8 || fail "no ban"
under_way()
{
	[ "$(ours | wc -l)" -gt 100 ]
}
wait_for 5 under_way || fail "no flood"

# Every two seconds something else that must go on.
wait_for 5 not_routed 198.51.100.7 || fail "a ban of three seconds stays"
ip -n "$S" route del blackhole 198.51.100.8 proto 83 || fail "no route"
wait_for 3 routed 198.51.100.8 || fail "a route that was removed stays away"
kill -HUP "$DAEMON"
wait_for 3 said "the configuration was read again" || fail "no reload"
said "hostile: over" && fail "the flood was too short"
wait_for 40 said "hostile: over" || fail "no end of the flood"

# Each that was sent has its answer, and no more were carried out than may be.
tried=$(sed -n 's/^hostile: flood of bans: tried \([0-9]*\) .*/\1/p' "$T/daemon.log")
sent=$(sed -n 's/^hostile: flood of bans: .* sent //p' "$T/daemon.log")
answered=$(sed -n 's/^hostile: flood of bans: answered //p' "$T/daemon.log")
echo "    tried $tried, sent $sent, answered $answered, peak $(peak) KiB"
[ "$tried" -ge 100000 ] || fail "no flood: $tried tried"
[ "$sent" = "$answered" ] || fail "$sent sent, $answered answered"
[ "$sent" -le 12000 ] || fail "the rate does not hold: $sent"
[ "$(ours | wc -l)" = 3000 ] || fail "$(ours | wc -l) routes, the limit is 3000"
[ "$(grep -c '^smtpband: banned ' "$T/daemon.log")" -le 3010 ] || fail "too many lines"
lines=$(grep -c '^smtpband: ban of .* refused' "$T/daemon.log")
[ "$lines" = 1 ] || fail "$lines lines about the limit of bans"
unharmed
bounded 8192
obeys_term 3
ledger_opens

# SIGTERM in the middle.  What was banned before is in the ledger.
rm -f "$T"/bans.db*
ip -n "$S" route flush proto 83
ip -n "$S" -6 route flush proto 83
attack "flood bans 60 reading"
wait_for 10 under_way || fail "no flood"
obeys_term 1
ledger_opens

# Bans and releases by turns: what is remembered has its limit too.
rm -f "$T"/bans.db*
ip -n "$S" -6 route flush proto 83
conf "limit bans 200" "limit requests 2000"
attack "ban 198.51.100.8 8 0 0xffffffff 0" "flood cycle 6 reading" "say over"
DESCRIPTORS=$(descriptors) PEAK=$(peak)
wait_for 40 said "hostile: over" || fail "no end of the flood"
unharmed
bounded 8192
[ "$(ours)" = "$(ours | grep 198.51.100.8)" ] || fail "routes: $(ours)"
obeys_term 3
ledger_opens
said " 1 bans restored, 200 ended ones remembered" ||
    fail "remembered: $(grep restored "$T/daemon.log")"
