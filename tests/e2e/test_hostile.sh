# A parser that was taken over says what is no message, at the wrong time, or
# ends oddly: smtpband ends too, with one line.  (tests/unit/test_hostile.c has
# all types and lengths.)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
conf
no="malformed request from the parser"
bad="malformed message from the parser"
over="the parser ended"

# Before it is confined: nothing but that, and that once.
for type in 0 2 4 11 13 109 0xffffffff; do
	ends 10 "$no" "send $type 0"
done
ends 10 "$no: length" "send 1 1"
ends 10 "$no: not now" confine "send 1 0"
for type in 0 13 109 0x01000002; do
	ends 10 "$no: type" confine "send $type 36"
done

# Lengths: one less, one more, the most; and false ones.
for wrong in "2 0" "2 35" "2 37" "2 4080" "4 1" "6 4080" "9 1"; do
	ends 10 "$no: length" confine "send $wrong"
done
for wrong in "16 4 4 0" "52 2 35 0" "52 2 0xffffffff 0" "15 0 0 0" "1 0 0 0" \
	"16 4 0 1" "16 4 0 0x80000000" "4097 4 4081 0" "65536 4 0 0"; do
	ends 10 "$bad" confine "raw $wrong"
done
ends 10 "$bad" "raw 65536 1 0 0"
ends 10 "$over" confine "raw 0 0 0 0"

# Descriptors with what needs none, and many.
ends 10 "$no: descriptor" "fds 1 1 0"
for type in 2 4 7 99; do
	ends 10 "$no: descriptor" confine "fds 1 $type 0"
done
ends 10 "$bad" confine "fds 2 4 0"
ends 10 "$bad" confine "fds 253 4 0"
ends 10 "$bad" "fds 253 1 0"

# No prefixes: families, lengths, host bits, bytes beside it.
for wrong in "0 0 0 0" "2 32 198 0" "255 32 198 0" "4 33 0 0" "6 129 0 0" \
	"4 32 198 0" "4 0 0 1"; do
	ends 10 "$no: prefix" confine "bytes $wrong"
done
for host in 198.51.100.1/24 0.0.0.1/0 2001:db8:8000::1/64 \
	::ffff:198.51.100.1/96; do
	ends 10 "$no: prefix" confine "ban $host 1 5 0 0"
done
ends 10 "$no: prefix" confine "unban 198.51.100.1/24 0"
ends 10 "$no: prefix" confine "check ::1/0"

# Values past their bounds.
for wrong in "0 5 0 0" "9 5 0 0" "1 1000001 0 0" "1 5 1 0" \
	"8 0 3162240001 0" "1 5 0 172801"; do
	ends 10 "$no" confine "ban 198.51.100.1 $wrong"
done
ends 10 "$no: allow" confine "unban 198.51.100.1 3162240001"
ends 10 "$no: log" confine "open 32 1"
ends 10 "$no: which log" confine "open 0 0"
ends 10 "$no: which log" confine "open 0 10"
ends 10 "$no: pong" confine "send 11 0"

# A ban stands before the end comes: it is in kernel and ledger.
ends 10 "$no" confine "ban 198.51.100.77 8 0 0xffffffff 0" "send 0 0"
[ "$(ours)" = "blackhole 198.51.100.77 proto 83 " ] ||
    [ "$(ours | wc -l)" = 1 ] || fail "routes: $(ours)"

# The channel closed or half closed at odd times, and the end of the process.
for before in "say now" confine "send 1 0"; do
	ends 10 "the parser" "$before" close stay
	ends 10 "the parser" "$before" "shutdown 1" stay
	ends 10 "the parser" "$before" "shutdown 2" stay
	ends 10 "the parser" "$before" "exit 1"
done
ends 10 "the parser is gone" "shutdown 0" "send 1 0" stay
ends 10 "the parser is gone" confine "shutdown 0" "send 9 0" stay

# One that stays when smtpband has ended keeps no other from starting.
script confine close stay
: >"$T/daemon.log"
(launch timeout --foreground 60 "$STAGE/sbin/smtpband" -d -f "$CONF" 2>>"$T/daemon.log") &&
    fail "no end"
[ -n "$(left)" ] || fail "the hostile parser has ended"
use "$T/real"
start
[ "$(left | wc -l)" = 2 ] || fail "not two parsers"
ctl -q bans >"$T/out" || fail "no answer"
sweep
wait "$DAEMON"
DAEMON=
ledger_opens
