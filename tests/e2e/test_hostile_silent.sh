# A parser that says nothing: before it is confined smtpband gives it up, and
# afterwards goes on with what is its own.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
conf
ends 35 "the parser does not start" "say now" stay
ends 35 "the parser does not start" "shutdown 0" stay

# silent LINE: what was banned ends, and the daemon does with SIGTERM.
silent()
{
	attack "ban 198.51.100.7 8 0 4 0" "say begin" "$1"
	wait_for 5 said "hostile: begin" || fail "no ban"
	DESCRIPTORS=$(descriptors)
	wait_for 10 not_routed 198.51.100.7 || fail "a ban of four seconds stays"
	unharmed
	obeys_term 3
}
silent stop
silent stay
ledger_opens
