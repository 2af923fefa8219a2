# A parser that was taken over asks for what must never be banned, and for
# what it may: no route comes up outside the policy, and mail still flows.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
listen
own_resolv_conf
conf "whitelist { 198.51.100.9, 203.0.113.128/25, 2001:db8:bad:99::/64 }"

# Wider than has one owner, at each length.
wide4()
{
	awk 'BEGIN {
		for (l = 0; l < 24; l++) {
			w = 2 ^ (32 - l)
			n = int(3325256704 / w) * w # 198.51.100.0
			printf "%d.%d.%d.%d/%d\n", n / 2 ^ 24,
			    n / 2 ^ 16 % 256, n / 2 ^ 8 % 256, n % 256, l
		}
	}'
}
wide6()
{
	awk 'BEGIN {
		for (l = 0; l < 48; l++) {
			w = 2 ^ (48 - l)
			n = int(35192962056192 / w) * w # 2001:db8:8000
			printf "%x:%x:%x::/%d\n", n / 2 ^ 32,
			    n / 2 ^ 16 % 65536, n % 65536, l
		}
	}'
}
never="$(wide4) $(wide6)
192.0.2.25 192.0.2.1 192.0.2.77 192.0.2.127 192.0.2.0/25 192.0.2.0/24
2001:db8:25::25 2001:db8:25::1 2001:db8:25::/64 2001:db8:25::/48 203.0.113.53
203.0.113.52/30 203.0.113.0/24 198.51.100.9 198.51.100.8/31 198.51.100.0/24
203.0.113.128/25 203.0.113.200 203.0.113.192/26 2001:db8:bad:99::/64
2001:db8:bad:99::1 2001:db8:bad::/48 2001:db8:bad:98::/63
127.0.0.1 127.0.0.0/24 127.255.255.255 ::1 ::1/128 0.0.0.0 0.0.0.0/32
0.1.2.3 :: ::/128 ::/96 ::2 ::198.51.100.1 ::/64
169.254.1.1 169.254.0.0/24 fe80::1 fe80::/64 febf::/64 fec0::1
224.0.0.1 224.0.0.0/24 239.255.255.255 ff02::1 ff00::/64 ff0e::/48
240.0.0.1 255.255.255.255 255.255.255.0/24 10.0.0.0/24 10.1.2.3 172.16.0.1
172.31.255.255 192.168.0.0/24 192.168.7.7 100.64.0.1 100.127.255.0/24
fc00::1 fd00:1::/64 fdff:ffff:ffff::/48
::ffff:198.51.100.1 ::ffff:192.0.2.1 ::ffff:0.0.0.0/96 ::ffff:198.51.100.0/120
::ffff:127.0.0.1 ::ffff:0:192.0.2.1 64:ff9b::192.0.2.1 64:ff9b::/96
64:ff9b::198.51.100.1 64:ff9b:1::/48 64:ff9b:1:2::1 100::1 100::/64
1::1 4000::1 5f00::/64 8000::/64 c000::1 e000::/48 fe00::1"

# What has one owner may be banned, whoever it is.  6to4 and Teredo addresses
# are those of their own clients: they route no IPv4.
may="198.51.100.1 198.51.100.128/25 203.0.113.0/27 2001:db8:8000::/48
2001:db8:8001:2::/64 2001:db8:8001:3::1 2001:db8:8002:ffff:ffff::/80"
embedded="2002:c000:201::/48 2001:0:c000:201::/64"
{
	echo confine
	echo "send 12 0"
	for p in $never; do
		echo "ban $p 1 5 0 0"
		echo "ban $p 8 0 0xffffffff 0"
		echo "check $p"
	done
	for p in $may; do echo "ban $p 7 1000000 0 172800"; done
	echo "say banned"
	sed 's/^/ban /; s/$/ 8 0 1 0/' <<-EOT
		198.51.100.2
	EOT
	for p in 0.0.0.0/0 ::/0 192.0.2.1 198.51.100.9; do
		echo "unban $p 3162240000"
		echo "ban $p 8 0 0xffffffff 0"
	done
	for p in $embedded; do
		echo "ban $p 1 5 0 0"
		echo "unban $p 0"
	done
} >"$T/script"
script
cp "$T/script" "$PARSER.script"
start
DESCRIPTORS=$(descriptors)
wait_for 60 said "hostile: done" || fail "the enforcer does not answer"
for p in $never; do
	[ "$(grep -c "^hostile: ban $p refused: ." "$T/daemon.log")" -ge 2 ] ||
	    fail "$p: $(grep "^hostile: ban $p " "$T/daemon.log")"
	grep -q "^hostile: check $p checked: ." "$T/daemon.log" ||
	    fail "$p: $(grep "^hostile: check $p " "$T/daemon.log")"
done
for p in $may $embedded; do
	said "^hostile: ban $p type 109" ||
	    fail "$p: $(grep "^hostile: ban $p " "$T/daemon.log")"
done
wait_for 5 not_routed 198.51.100.2 || fail "a ban of a second stays"
unharmed
want=$(for p in $may; do echo "$p"; done | wc -l)
# Of the seven one lies within none of the others, and each has its route.
[ "$(ours | wc -l)" = "$want" ] || fail "$(ours | wc -l) routes, not $want"
for client in 198.51.100.9 203.0.113.200 203.0.113.53 2001:db8:bad:99::1 \
	2001:db8:bad::1; do
	reach "$client" || fail "$client is cut off"
done
in_ns "$S" "$TCP" connect 192.0.2.25 192.0.2.25 25 1500 ||
    fail "the host does not reach itself"
# Few lines tell of it, and the first and the last of them are clear.
lines=$(grep -c '^smtpband: ban of .* refused' "$T/daemon.log")
[ "$lines" -le 30 ] || fail "$lines lines about refusals"
said "^smtpband: ban of 0.0.0.0/0 refused: wider than /24" || fail "no line"
said "no more such lines for a minute" || fail "no last line"
obeys_term 5
ledger_opens
