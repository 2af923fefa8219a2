# smtpbanctl report: the day as text, as JSON and as a page, after real attacks.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
net_up
conf "threshold 5 within 1d" "remember 30d"
start

# Before all: every section is there.
ctl report >"$T/report" || fail "a quiet report"
ctl report --html "$T/page.html" || fail "a quiet page"
check "a quiet page is well-formed" xmllint --noout "$T/page.html"
grep -q 'no failures in these 24 hours' "$T/page.html" || fail "a quiet page"

attack

ctl report >"$T/report" || fail "report"
for section in "Banned in the last day" "Ended in the last day" \
    "Close to the threshold" "Worst networks" "Accounts under attack" \
    "Failures by hour" "Health"; do
	grep -qx "$section" "$T/report" || fail "no section $section"
done
[ "$(wc -L <"$T/report")" -le 80 ] || fail "wider than 80 columns"
[ "$(grep -c '^[0-9][0-9]:00 ' "$T/report")" = 24 ] || fail "not 24 hours"
grep -Eq '^198.51.100.1 .* auth +5$' "$T/report" || fail "who and why"
grep -Eq '^198.51.100.3 .* ended ' "$T/report" || fail "who ended"
grep -Eq '^203.0.113.4 +3 +5 ' "$T/report" || fail "who is close"
grep -Eq '^198.51.100.0/24 ' "$T/report" || fail "networks"
grep -Eq '^info +' "$T/report" || fail "accounts"
grep -q '^log /.*: last line ' "$T/report" || fail "health"
grep -q "$(printf '\033')" "$T/report" && fail "a control byte is printed raw"
ctl -j report | grep -q '"categories": {"auth": [1-9]' || fail "JSON"

# The page: whole, closed in itself, and nothing of a log is markup.
umask 022
ctl report --html "$T/page.html" || fail "the page"
[ "$(stat -c %a "$T/page.html")" = 644 ] || fail "mode of the page"
check "the page is well-formed" xmllint --noout "$T/page.html"
for one in 198.51.100.1 198.51.100.2 2001:db8:bad:: 198.51.100.3 203.0.113.4 \
    198.51.100.0/24 'info' '5 auth failures' 'by hand'; do
	grep -Fq "$one" "$T/page.html" || fail "the page does not name $one"
done
grep -Fq 'b\x1b[2J&lt;script&gt;&amp;' "$T/page.html" || fail "escaping"
grep -Eqi '<script|<img|<link|url\(|@import| src=| href=' "$T/page.html" &&
    fail "the page needs something else"
LC_ALL=C grep -q '[^ -~]' "$T/page.html" && fail "a byte that is not ASCII"
grep -Eqi '[^a-z](nan|inf)[^a-z]' "$T/page.html" && fail "no number"
[ "$(grep -c '<svg.*by hour' "$T/page.html")" = 2 ] || fail "charts"
ctl report --html - | grep -q '</html>' || fail "standard output"

# It is replaced as a whole or not at all, and devices are left as they are.
ls -i "$T/page.html" >"$T/inode"
ln -s page.html "$T/link.html"
ctl report --html "$T/link.html" || fail "through a link"
[ -L "$T/link.html" ] || fail "the link is gone"
ls -i "$T/page.html" | cmp -s - "$T/inode" && fail "written in place"
ctl report --html /dev/null || fail "to /dev/null"
[ -c /dev/null ] || fail "/dev/null was replaced"
refuse "a folder that is not there" ctl report --html "$T/none/page.html"
grep -q "smtpbanctl: $T/none/page.html.*: No such file" "$T/out" ||
    fail "which file: $(cat "$T/out")"
refuse "no file" ctl report --html
refuse "both forms" ctl -j report --html -
cp "$T/page.html" "$T/before.html"
(ulimit -f 1 && trap '' XFSZ && ! ctl report --html "$T/page.html") 2>"$T/out" ||
    fail "a file too large is no error"
cmp "$T/page.html" "$T/before.html" || fail "a failure spoils the old page"
for left in "$T"/page.html.*; do
	[ ! -e "$left" ] || fail "$left is left"
done

# By mail: both forms through sendmail, the text through mail, or it is said
# why not.
mkdir "$T/bin" "$T/few"
sed "s|@BINDIR@|$STAGE/bin|" "$(dirname "$0")/../../rc/smtpban-report.in" \
    >"$T/smtpban-report"
ln -s "$(command -v uname)" "$T/few/uname"
mail_report()
{
	in_ns "$S" env "$@" /bin/sh "$T/smtpban-report" -s "$SOCK"
}
refuse "no mailer" mail_report PATH="$T/few"
grep -q 'neither sendmail nor mail is installed' "$T/out" ||
    fail "no mailer: $(cat "$T/out")"
for one in mktemp rm od tr cat base64; do
	ln -s "$(command -v $one)" "$T/few/$one"
done
printf '#!/bin/sh\necho "$@" >%s/args\n/bin/cat >%s/mail\n' "$T" "$T" \
    >"$T/few/mail"
chmod 755 "$T/few/mail"
check "by mail" mail_report PATH="$T/few"
[ "$(cat "$T/args")" = "-s smtpban report of $(uname -n) postmaster" ] ||
    fail "arguments of mail: $(cat "$T/args")"
grep -Eq '^198.51.100.1 .* auth +5$' "$T/mail" || fail "the mail"
cp "$T/few/mail" "$T/few/sendmail"
check "by sendmail" mail_report PATH="$T/few" MAILTO=ops@example.org
[ "$(cat "$T/args")" = "-t -oi" ] || fail "arguments: $(cat "$T/args")"
grep -qx 'To: ops@example.org' "$T/mail" || fail "recipient"
grep -Eq '^198.51.100.1 .* auth +5$' "$T/mail" || fail "the mail's text"
sed -n '/^Content-Transfer-Encoding: base64/,/^--/p' "$T/mail" |
    sed '1,2d;$d' | base64 -d >"$T/mailed.html" || fail "base64"
check "the mailed page" xmllint --noout "$T/mailed.html"
grep -Fq '198.51.100.1' "$T/mailed.html" || fail "the mailed page"
stop
rm "$T/mail"
refuse "no daemon" mail_report PATH="$T/few"
[ ! -e "$T/mail" ] || fail "an empty report was mailed"
