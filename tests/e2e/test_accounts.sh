# smtpbanctl accounts: who is attacked, in names that may be hostile.
. "$(dirname "$0")/lib.sh"

# wrong ADDRESS NAME
wrong()
{
	printf '%s mx1 postfix/smtpd[4811]: warning: unknown[%s]: SASL PLAIN authentication failed: authentication failure, sasl_username=%s\n' \
	    "$(ago 0)" "$1" "$2"
}

net_up
conf
start
ctl -j accounts >"$T/json"
grep -q alice "$T/json" && fail "before all: $(cat "$T/json")"
{
	for host in 1 2 3 1 2 3 1 2 3 1 2 3; do
		wrong 198.51.100.$host alice
	done
	wrong 203.0.113.1 Alice
	wrong 2001:db8:bad:1::1 alice
	printf '%s mx1 postfix/smtpd[4811]: 4F8A2C01: client=unknown[203.0.113.9], sasl_method=PLAIN, sasl_username=alice\n' "$(ago 0)"
	wrong 203.0.113.9 alice # her own: no attack
	wrong 198.51.100.9 "$(printf 'b\033[2Jb')"
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
