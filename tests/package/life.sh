# The life of the package, a function for each part, in this order.  Sourced by
# run.sh, which sets top, the source.
# shellcheck shell=sh disable=SC2154
first=$T/first.deb
second=$T/second.deb

# The tree as it is, and from it the package and one of a higher version.
build_package()
{
	mkdir -p "$T/build/src"
	tar -C "$top" --exclude=./build --exclude=./.git -c . |
	    tar -C "$T/build/src" -x
	(cd "$T/build/src" && dpkg-buildpackage -us -uc -b)
	cp "$T"/build/smtpban_*.deb "$first"
	dpkg-deb -R "$first" "$T/second"
	sed -i 's/^Version: .*/&+next/' "$T/second/DEBIAN/control"
	dpkg-deb -b "$T/second" "$second"
}

lintian_finds_nothing()
{
	lintian --allow-root --fail-on error,warning --no-tag-display-limit \
	    "$T"/build/*.changes
	is_empty lintian --allow-root "$T"/build/*.changes
}

# dpkg_does OPTION [FILE]: as an administrator who is asked nothing.
dpkg_does()
{
	action=$1
	shift
	case $action in
	-i)
		inside sh -c 'cat >/var/tmp/smtpban.deb' <"$1"
		inside dpkg --force-confold -i /var/tmp/smtpban.deb </dev/null
		;;
	*) inside dpkg "$action" smtpban </dev/null ;;
	esac
}

# Of all that smtpband is by the shipped unit alone.
installs_and_runs_under_the_unit()
{
	dpkg_does -i "$first"
	inside systemctl is-active smtpban.service
	inside systemctl is-enabled smtpban.service
	[ "$(inside systemctl is-enabled smtpban-report.timer)" = disabled ]
	[ "$(inside systemctl show -p FragmentPath --value smtpban.service)" = \
	    /lib/systemd/system/smtpban.service ]
	is_empty inside systemctl show -p DropInPaths --value smtpban.service
	[ "$(inside readlink "/proc/$(main_pid)/exe")" = /usr/sbin/smtpband ]
	[ "$(inside ps -o user= -C smtpban-parser)" = _smtpban ]
	[ "$(inside stat -c %a:%U /var/lib/smtpban)" = 700:root ]
	inside smtpbanctl status
	inside test -s /usr/share/doc/smtpban/docs/report.png # README shows it
}

attack_in_the_log_is_banned()
{
	reach 198.51.100.7
	reach 2001:db8:bad:1::7
	attack 198.51.100.7
	attack 2001:db8:bad:1::7
	wait_for 10 routed 198.51.100.7
	wait_for 10 routed 2001:db8:bad:1::/64
	cannot_reach 198.51.100.7
	cannot_reach 2001:db8:bad:1::7
	reach 198.51.100.250
}

restart_lets_nobody_through()
{
	before=$(main_pid)
	besieged again systemctl restart smtpban.service
	[ "$(main_pid)" != "$before" ]
	inside smtpbanctl check 198.51.100.7
}

# For hosts without systemd.  It knows only what runs by itself.
sysvinit_script_serves()
{
	inside systemctl stop smtpban.service
	fails inside /etc/init.d/smtpban status
	inside /etc/init.d/smtpban start
	inside /etc/init.d/smtpban status
	daemon=$(inside cat /run/smtpban/control.pid)
	[ "$(inside readlink "/proc/$daemon/exe")" = /usr/sbin/smtpband ]
	inside /etc/init.d/smtpban start
	[ "$(inside pgrep -xc smtpband)" = 1 ]
	inside smtpbanctl check 198.51.100.7
	inside sh -c 'echo "threshold nine" >>/etc/smtpban.conf'
	fails inside /etc/init.d/smtpban reload
	fails inside /etc/init.d/smtpban restart
	[ "$(inside cat /run/smtpban/control.pid)" = "$daemon" ]
	inside /etc/init.d/smtpban status
	inside sed -i '$d' /etc/smtpban.conf
	inside /etc/init.d/smtpban reload
	besieged again /etc/init.d/smtpban restart
	[ "$(inside cat /run/smtpban/control.pid)" != "$daemon" ]
	besieged again /etc/init.d/smtpban stop
	fails inside /etc/init.d/smtpban status
	fails inside pgrep -x smtpband
	routed 198.51.100.7
	inside systemctl start smtpban.service
}

# The sample as it is shipped, and the failures on both sides of the change.
rotated_log_is_followed()
{
	inside cp /usr/share/doc/smtpban/examples/smtpban.logrotate \
	    /etc/logrotate.d/smtpban
	attack 198.51.100.8 3
	inside logrotate -f /etc/logrotate.d/smtpban
	inside grep 198.51.100.8 /var/log/mail.log.1
	inside test ! -s /var/log/mail.log
	fails routed 198.51.100.8
	attack 198.51.100.8 2
	wait_for 10 routed 198.51.100.8
	inside smtpbanctl unban 198.51.100.8
}

# With the administrator's own configuration, which stays.
upgrade_lets_nobody_through()
{
	inside sh -c 'echo "threshold 4 within 1d" >/etc/smtpban.conf'
	before=$(main_pid)
	besieged dpkg_does -i "$second"
	[ "$(main_pid)" != "$before" ]
	inside dpkg-query -W -f '${Version} ${db:Status-Status}\n' smtpban |
	    grep '+next installed$'
	inside grep -x 'threshold 4 within 1d' /etc/smtpban.conf
	inside systemctl is-active smtpban.service
	inside smtpbanctl check 198.51.100.7
}

# The mail port, when it began, found them.
reboot_brings_bans_before_the_mail_port()
{
	inside cat /var/local/at-start
	inside grep '^blackhole 198.51.100.7 ' /var/local/at-start
	inside grep '^blackhole 2001:db8:bad:1::/64 ' /var/local/at-start
	inside systemctl is-active smtpban.service
	cannot_reach 198.51.100.7
	cannot_reach 2001:db8:bad:1::7
	inside smtpbanctl check 198.51.100.7
}

removal_keeps_bans_and_configuration()
{
	besieged dpkg_does -r
	inside sh -c '! pgrep -x smtpband'
	inside sh -c '! test -e /usr/sbin/smtpband'
	inside test -s /var/lib/smtpban/bans.db
	inside grep -x 'threshold 4 within 1d' /etc/smtpban.conf
	routed 198.51.100.7
}

new_installation_knows_the_bans()
{
	dpkg_does -i "$second"
	inside systemctl is-active smtpban.service
	inside smtpbanctl check 198.51.100.7
	inside smtpbanctl check 2001:db8:bad:1::7
}

# With a table and a rule of ours, and beside them another program's.
purge_leaves_only_what_is_not_ours()
{
	inside sh -c 'echo "route table 1083" >>/etc/smtpban.conf
		ip route add blackhole 203.0.113.7 proto 84
		ip -6 route add blackhole 2001:db8:84::/64 proto 84
		ip rule add from 203.0.113.8 lookup 1084 proto 84'
	inside systemctl restart smtpban.service
	inside ip rule | grep 'lookup 1083'
	inside ip -6 rule | grep 'lookup 1083'
	inside ip route show table 1083 | grep 198.51.100.7
	dpkg_does -P
	is_empty routes
	is_empty inside sh -c 'ip rule | grep 1083; ip -6 rule | grep 1083'
	inside ip route show 203.0.113.7 proto 84 | grep blackhole
	inside ip -6 route show 2001:db8:84::/64 proto 84 | grep blackhole
	inside ip rule | grep 'lookup 1084'
	inside ip rule | grep 'lookup local'
	inside ip -6 rule | grep 'lookup main'
	inside ip route show 198.51.100.0/24 | grep via
	reach 198.51.100.7
	for file in /var/lib/smtpban /run/smtpban /etc/smtpban.conf \
	    /etc/init.d/smtpban /etc/iproute2/rt_protos.d/smtpban.conf; do
		inside test ! -e "$file"
	done
	is_empty inside sh -c 'find /etc/systemd /etc/rc?.d -name "*smtpban*"'
}
