#!/bin/sh
# usage: world.sh TCP
# Makes the root file system in the current folder a mail host: no service but
# systemd's own and a mail port.  Once, before its first boot.
set -eu
rm -rf etc/rc[0-6S].d/* usr/sbin/policy-rc.d usr/lib/rsyslog
mkdir -p usr/local/bin usr/local/lib var/local
: >var/log/mail.log
cp "$1" usr/local/bin/tcp
cd etc/systemd/system
for unit in getty.target systemd-logind.service systemd-resolved.service; do
	ln -s /dev/null "$unit"
done
ln -s /lib/systemd/system/multi-user.target default.target
cat >mail.target <<EOT
[Unit]
Requires=postfix.service
After=postfix.service
EOT
# What routes there are when it begins is written down.
cat >postfix.service <<EOT
[Service]
ExecStartPre=/bin/sh -c 'ip route show proto 83 >/var/local/at-start; ip -6 route show proto 83 >>/var/local/at-start'
ExecStart=/usr/local/bin/tcp listen 25
EOT
mkdir multi-user.target.wants
ln -s ../mail.target multi-user.target.wants/mail.target
cd ../../../usr/local/lib
cat >net.sh <<'EOT'
# The mail host's network, and a client host behind a gateway.
set -e
ip netns add client
ip link set lo up
ip link add eth0 type veth peer name eth0 netns client
ip link set eth0 up
ip addr add 192.0.2.25/25 dev eth0
ip addr add 2001:db8:25::25/64 dev eth0 nodad
ip -n client link set lo up
ip -n client link set eth0 up
ip -n client addr add 192.0.2.1/25 dev eth0
ip -n client addr add 2001:db8:25::1/64 dev eth0 nodad
ip -n client route add local 198.51.100.0/24 dev lo
ip -n client -6 route add local 2001:db8:bad::/48 dev lo
ip route add 198.51.100.0/24 via 192.0.2.1
ip -6 route add 2001:db8:bad::/48 via 2001:db8:25::1
ip netns exec client sh -c 'echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind'
EOT
cat >siege.sh <<'EOT'
# While /run/siege is there, both banned clients try to connect; "through" if
# one was greeted.  A packet in 50 ms of each, and every change of a route.
try()
{
	n=0
	while [ -e /run/siege ]; do
		if ip netns exec client tcp connect "$1" "$2" 25 50 2>&1; then
			echo "through: $1"
		fi
		n=$((n + 1))
		printf . >>/run/tries
	done
	echo "$n tries"
}
PATH=$PATH:/usr/local/bin
ip monitor route &
monitor=$!
: >/run/siege
try 198.51.100.7 192.0.2.25 &
try 2001:db8:bad:1::7 2001:db8:25::25
wait $!
kill $monitor
EOT
cat >again.sh <<'EOT'
# usage: again.sh COMMAND...: five times at least, and until the banned clients
# have tried 40 times, however fast the command is.
n=0
while [ $n -lt 5 ] || [ "$(wc -c </run/tries)" -lt 40 ]; do
	"$@" || exit
	n=$((n + 1))
done
echo "$n times"
EOT
