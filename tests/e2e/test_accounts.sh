# smtpbanctl accounts: who is attacked, in names that may be hostile.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
ctl -j accounts >"$T/json"
grep -q alice "$T/json" && fail "before all: $(cat "$T/json")"
{
	for host in 1 2 3 1 2 3 1 2 3 1 2 3; do
		bad_logins 1 198.51.100.$host alice
	done
	bad_logins 1 203.0.113.1 Alice
	bad_logins 1 2001:db8:bad:1::1 alice
	login_line 203.0.113.9 alice
	bad_logins 1 203.0.113.9 alice # her own: no attack
	bad_logins 1 198.51.100.9 "$(printf 'b\033[2Jb')"
} >>"$LOG"
settle
wait_for 5 sh -c "'$STAGE/bin/smtpbanctl' -s '$SOCK' accounts | grep -q 2Jb" ||
    fail "accounts: $(ctl accounts)"
ctl accounts >"$T/accounts"
head -1 "$T/accounts" | grep -q '^USER *FAILURES *CLIENTS *NETWORKS *LOGINS *LAST' ||
    fail "headings: $(cat "$T/accounts")"
grep -Eq '^alice +14 +5 +3 +1 ' "$T/accounts" || fail "alice: $(cat "$T/accounts")"
grep -q "$(printf '\033')" "$T/accounts" && fail "a control byte is printed raw"
grep -Fq 'b\x1b[2Jb' "$T/accounts" || fail "escaped: $(cat "$T/accounts")"
[ "$(ctl -q accounts | wc -l)" = 2 ] || fail "quiet: $(ctl -q accounts)"
ctl -j accounts | grep -Eq '"user": "alice", "failures": 14, "error": 0, "clients": 5, "networks": 3, "logins": 1' ||
    fail "JSON: $(ctl -j accounts)"

# The log brings them back.
stop
start
settle
ctl accounts | grep -Eq '^alice +14 +5 +3 +1 ' || fail "after a restart: $(ctl accounts)"
stop
