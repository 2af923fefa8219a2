# A day's attacks for the tests of the report, through the log of lib.sh.
# shellcheck shell=sh
attack()
{
	{
		for host in 1 2 3; do
			bad_logins 3 198.51.100.$host info
			bad_logins 2 198.51.100.$host admin
		done
		bad_logins 5 2001:db8:bad:1::1 sales
		bad_logins 3 203.0.113.4 alice
		bad_logins 1 203.0.113.5 "$(printf 'b\033[2J<script>&')"
		login_line 203.0.113.9 alice
	} >>"$LOG"
	for one in 198.51.100.1 198.51.100.2 198.51.100.3 2001:db8:bad:1::/64; do
		banned "$one"
	done
	settle
	ctl unban 198.51.100.3 >/dev/null || fail "unban"
	ctl ban 203.0.113.77 for 2d >/dev/null || fail "ban by hand"
}
