# A real Postfix with Dovecot for passwords and IMAP, each with a log of its
# own, under attack: each attacker is routed away, and no friend is.
. "$(dirname "$0")/lib.sh"
unpack postfix dovecot-core dovecot-imapd -- libdb5.3 libicu72 libsasl2-2 \
    libsasl2-modules-db libnsl2 libtirpc3 libssl3 libexttextcat-2.0-0 \
    liblua5.3-0 libstemmer0d libsodium23 libapparmor1 libcap2 libpam0g \
    libsystemd0 libzstd1 liblz4-1 libwrap0 libbz2-1.0 libldap-2.5-0
users postfix postdrop dovecot dovenull vmail
host_up
LOG=$MAIL/mail.log
conf "log \"$MAIL/dovecot.log\""
mkdir -p "$MAIL/etc" "$MAIL/spool/private" "$MAIL/data" "$MAIL/run" "$MAIL/box"
: >"$LOG"

cat >"$MAIL/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $MAIL/spool
data_directory = $MAIL/data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = $LOG
maillog_file_prefixes = $MAIL
myhostname = mx1.example.org
mydestination = example.org
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
alias_database =
local_transport = discard:
default_transport = discard:
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{gone@example.org=REJECT}
EOF
cat >"$MAIL/etc/master.cf" <<EOF
smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
EOF
cat >"$MAIL/etc/dovecot.conf" <<EOF
protocols = imap
base_dir = $MAIL/run
state_dir = $MAIL/run
log_path = $MAIL/dovecot.log
listen = 192.0.2.25
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_verbose = yes
auth_verbose_passwords = sha1
auth_failure_delay = 0
mail_location = maildir:$MAIL/box/%n
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = username_format=%n $MAIL/etc/passwords
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=$MAIL/box/%n
}
# Waiting for it would make the test slow.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $MAIL/spool/private/auth {
    mode = 0666
  }
}
EOF
printf 'alice:{PLAIN}good-alice\nbob:{PLAIN}good-bob\n' >"$MAIL/etc/passwords"
chmod 644 "$MAIL"/etc/*
on_host chown postfix "$MAIL/data" "$MAIL/spool/private"
on_host chown vmail "$MAIL/box"
on_host /usr/sbin/dovecot -c "$MAIL/etc/dovecot.conf" >"$T/out" 2>&1 ||
    { cat "$T/out"; fail "Dovecot does not start"; }
on_host /usr/sbin/postfix -c "$MAIL/etc" start >"$T/out" 2>&1 ||
    { cat "$T/out"; fail "Postfix does not start"; }
wait_for 20 greeted 198.51.100.250 || fail "Postfix does not answer"
start

# counted CLIENT CATEGORY
counted()
{
	ctl -j check "$1" | grep -q "\"$2\": *[1-9]"
}

not_there()
{
	! [ -e "$1" ]
}

# Friends first.
send_mail 198.51.100.8 sender@example.com bob@example.org
check "mail is accepted" grep -q "^250 2.0.0 Ok: queued" "$T/said"
send_mail 198.51.100.27 alice@example.org someone@example.net \
    "$(plain alice good-alice)"
check "alice may send" grep -q "^250 2.0.0 Ok: queued" "$T/said"

# Both programs tell of each attempt: four of them are four, not eight.
log_in 198.51.100.10 admin wrong 4
settle
refuse "an attempt counts twice" routed 198.51.100.10
log_in 198.51.100.10 admin wrong
attacked "passwords" 198.51.100.10 198.51.100.10
for _ in 1 2 3 4 5; do log_in 2001:db8:bad::10 "info$_" wrong; done
attacked "passwords over IPv6" 2001:db8:bad::10 2001:db8:bad::/64
ask_relay 5 198.51.100.15
attacked "relaying" 198.51.100.15 198.51.100.15
for _ in 1 2 3 4 5; do
	log_in 198.51.100.14 \
	    'x]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: y' \
	    wrong
done
attacked "a forged user name" 198.51.100.14 198.51.100.14
for i in 1 2 3 4 5; do
	printf 'a LOGIN admin%s wrong\nb LOGOUT\n' "$i" | talk 198.51.100.26 143
done
attacked "passwords over IMAP" 198.51.100.26 198.51.100.26

log_in 198.51.100.27 alice changed 3
log_in 198.51.100.27 alice changed 4
spared "a changed password" 198.51.100.27
for _ in 1 2 3 4 5 6; do
	send_mail 198.51.100.8 sender@example.com bob@example.org
	send_mail 198.51.100.8 sender@example.com gone@example.org
done
spared "a mail server with an old address book" 198.51.100.8

# One client with one old password is no attack.
for _ in 1 2 3 4 5 6 7; do
	printf 'a LOGIN bob stale\nb LOGOUT\n' | talk 198.51.100.31 143
done
spared "an old password" 198.51.100.31

# An outage of the password server is nobody's fault.
kill "$(cat "$MAIL/run/master.pid")"
wait_for 10 not_there "$MAIL/run/master.pid" || fail "Dovecot does not stop"
for pid in $(ip netns pids "$S"); do
	case $(cat "/proc/$pid/comm") in auth) kill -9 "$pid" ;; esac
done
for _ in 1 2; do
	send_mail 198.51.100.30 bob@example.org someone@example.net \
	    "$(plain bob good-bob)"
done
check "the outage is not in the log" grep -q "SASL: Connect to Dovecot" "$LOG"
settle
refuse "an outage counts" counted 198.51.100.30 auth
refuse "the victim of forgeries is banned" routed 203.0.113.9
only 4
on_host /usr/sbin/postfix -c "$MAIL/etc" stop >/dev/null 2>&1
stop
