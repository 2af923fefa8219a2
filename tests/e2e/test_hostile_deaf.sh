# A parser that does not read what it is told, or reads now and then: smtpband
# gives it up.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
conf "limit bans 20000" "limit requests 5000"
ends 25 "the parser does not read" confine "flood bans 60 deaf"
[ "$(ours | wc -l)" -gt 100 ] || fail "no flood"
ends 45 "the parser does not read" confine "flood refused 100 slow"
# Not even the configuration is read.
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "2001:db8:77::%x\n", i }' \
    >"$T/whitelist"
chmod 600 "$T/whitelist"
conf "whitelist file \"$T/whitelist\""
ends 45 "the parser does not read" "send 1 0" stay # a start has 30 s
ledger_opens
