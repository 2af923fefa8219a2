# A real Exim under attack: each attacker is routed away, and no friend is.
. "$(dirname "$0")/lib.sh"
unpack exim4-daemon-light exim4-base -- libdb5.3 libgnutls-dane0 libgnutls30 \
    libidn12 libidn2-0 libnsl2 libpcre2-8-0 libtirpc3 libunbound8 \
    libevent-2.1-7 libunistring2 libhogweed6 libnettle8 libtasn1-6 \
    libp11-kit0 libffi8 libgmp10
users Debian-exim
host_up
LOG=$MAIL/mainlog
conf "count { auth, relay, probe, protocol, unknown-user }"

cat >"$MAIL/exim.conf" <<EOF
exim_user = Debian-exim
exim_group = Debian-exim
primary_hostname = mx1.example.org
spool_directory = $MAIL/spool
log_file_path = $MAIL/%slog
pid_file_path = $MAIL/exim.pid
domainlist local_domains = example.org
hostlist relay_from_hosts =
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = accept
daemon_smtp_ports = 25
tls_advertise_hosts =
host_lookup =
keep_environment =
log_selector = +smtp_syntax_error +smtp_protocol_error
smtp_accept_max = 200
smtp_accept_max_per_host = 100
never_users =

begin acl
acl_rcpt:
  accept authenticated = *
  accept domains = +local_domains
         local_parts = alice : bob : postmaster
  deny   domains = +local_domains
         message = Unknown user
  deny   message = relay not permitted

begin routers
all:
  driver = accept
  transport = drop

begin transports
drop:
  driver = appendfile
  file = /dev/null

begin authenticators
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if eq{\$auth1:\$auth2}{alice:good-alice}}
  server_set_id = \$auth1
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if eq{\$auth2:\$auth3}{alice:good-alice}}
  server_set_id = \$auth2
EOF
chmod 644 "$MAIL/exim.conf"
mkdir -p "$MAIL/spool"
on_host chown -R Debian-exim:Debian-exim "$MAIL"
on_host chown root "$MAIL/exim.conf"
on_host /usr/sbin/exim4 -C "$MAIL/exim.conf" -bd -q1h >"$T/exim.out" 2>&1 ||
    { cat "$T/exim.out"; fail "Exim does not start"; }
wait_for 10 greeted 198.51.100.250 || fail "Exim does not answer"
start

# Friends first: mail, a login, a login with some wrong passwords before.
send_mail 198.51.100.8 sender@example.com alice@example.org
check "mail is accepted" grep -q "^250 OK id=" "$T/said"
send_mail 198.51.100.27 alice@example.org someone@example.net \
    "$(plain alice good-alice)"
check "alice may send" grep -q "^250 OK id=" "$T/said"

for _ in 1 2 3 4 5; do log_in 198.51.100.10 admin wrong; done
attacked "passwords" 198.51.100.10 198.51.100.10
for _ in 1 2 3 4 5; do log_in 2001:db8:bad::10 info wrong; done
attacked "passwords over IPv6" 2001:db8:bad::10 2001:db8:bad::/64
ask_relay 5 198.51.100.15
attacked "relaying" 198.51.100.15 198.51.100.15
# This server shows that it checks HELO, so that in a line with two places for
# an address the first one is its own.
printf 'EHLO a b\nQUIT\n' | talk 198.51.100.18 25
for _ in 1 2 3 4 5; do
	log_in 198.51.100.14 'x H=(y) [203.0.113.9] rejected RCPT' wrong
done
attacked "a forged user name" 198.51.100.14 198.51.100.14
for _ in 1 2 3 4 5; do
	log_in 198.51.100.17 \
	    'x) [203.0.113.9]: 535 Incorrect authentication data (set_id=y' wrong
done
attacked "a forged line" 198.51.100.17 198.51.100.17
for _ in 1 2 3 4 5; do
	printf 'EHLO x\n" H=(x) [203.0.113.9] unrecognized command\nQUIT\n' |
	    talk 198.51.100.16 25
done
attacked "forged commands" 198.51.100.16 198.51.100.16

for _ in 1 2 3 4 5 6 7; do log_in 198.51.100.27 alice changed; done
spared "a changed password" 198.51.100.27
for _ in 1 2 3 4 5 6; do
	send_mail 198.51.100.8 sender@example.com bob@example.org
done
for i in 1 2 3 4 5 6; do
	printf 'EHLO mail8.example.com\nMAIL FROM:<s@example.com>\nRCPT TO:<gone%s@example.org>\nQUIT\n' \
	    "$i" | talk 198.51.100.8 25
done
spared "a mail server with an old address book" 198.51.100.8
refuse "the victim of forgeries is banned" routed 203.0.113.9
only 5
stop
