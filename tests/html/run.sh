#!/bin/sh
# usage: sudo sh tests/html/run.sh BUILD [SCREENSHOT]
# The report's page in headless Chromium, light and dark, on a wide screen and
# on a telephone: nothing sticks out, each chart has a size, the console is
# silent.  SCREENSHOT: keep a picture of the wide one.
set -u
# A host of the name that its log has.
if [ "$(uname -n)" != mx1 ]; then
	exec unshare -u sh -c 'hostname mx1 && exec sh "$0" "$@"' "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
STAGE=$build/stage
TCP=$build/tests/e2e/tcp
picture=${2:-}
export STAGE TCP
# shellcheck source=tests/e2e/lib.sh
. "$here/../e2e/lib.sh"
# shellcheck source=tests/html/day.sh
. "$here/day.sh"
browser=$(command -v chromium) || fail "no chromium"

# browse WIDTH FILE [OPTION...]: the page as it is after all scripts.
browse()
{
	width=$1 page=$2
	shift 2
	rm -rf "$T/profile"
	timeout -k 5 120 "$browser" --headless --no-sandbox --disable-gpu \
	    --disable-quic --no-first-run --disable-background-networking \
	    --disable-component-update --disable-sync \
	    --user-data-dir="$T/profile" --hide-scrollbars \
	    --enable-logging=stderr --window-size="$width",2000 "$@" \
	    "file://$page" 2>"$T/console"
}

# The page itself has no script: this copy looks at it in a frame as wide as
# the screen that is meant, and writes down what it finds.
look()
{
	cat <<EOF
<!DOCTYPE html><title>look</title>
<body style="margin:0"><iframe id="f" src="page.html"
style="border:0;width:${1}px;height:1800px"></iframe><pre id="found"></pre>
<script>
document.getElementById("f").onload = function () {
	const d = this.contentDocument, w = this.contentWindow, r = [];
	const svg = [...d.querySelectorAll("svg")];
	r.push("width " + w.innerWidth);
	r.push("svg " + svg.length);
	for (const s of [...svg, ...d.querySelectorAll("svg rect")]) {
		const b = s.getBoundingClientRect();
		if (!(b.width > 0 && b.height > 0))
			r.push("bad: no size: " + s.outerHTML.slice(0, 80));
	}
	if (d.documentElement.scrollWidth > w.innerWidth)
		r.push("bad: " + d.documentElement.scrollWidth + " wide");
	for (const e of d.querySelectorAll("body *")) {
		const b = e.getBoundingClientRect();
		if (b.right > w.innerWidth + 0.5 || b.left < -0.5)
			r.push("bad: sticks out: " + e.outerHTML.slice(0, 80));
	}
	for (const t of d.querySelectorAll("svg text"))
		if (w.getComputedStyle(t).fontSize !== "11px")
			r.push("bad: text of " + w.getComputedStyle(t).fontSize);
	r.push("paper " + w.getComputedStyle(
	    d.querySelector(".c")).backgroundColor);
	document.getElementById("found").textContent = r.join("\n") + "\ndone";
};
</script>
EOF
}

# seen NAME WIDTH PAPER [OPTION...]
seen()
{
	name=$1 wide=$2 paper=$3
	shift 3
	look "$wide" >"$T/look.html"
	browse 1200 "$T/look.html" --allow-file-access-from-files \
	    --virtual-time-budget=5000 --dump-dom "$@" >"$T/dom" ||
	    fail "$name: chromium: $(tail -3 "$T/console")"
	sed -n '/<pre id="found">/,/<\/pre>/p' "$T/dom" >"$T/found"
	grep -q '^done' "$T/found" || fail "$name: no answer: $(cat "$T/dom")"
	grep 'bad:' "$T/found" && fail "$name: see above"
	grep -q "width $wide\$" "$T/found" || fail "$name: not $wide wide"
	[ "$(sed -n 's/^svg //p' "$T/found")" -ge "$charts" ] ||
	    fail "$name: too few charts: $(cat "$T/found")"
	grep -qx "paper $paper" "$T/found" ||
	    fail "$name: colours: $(grep paper "$T/found")"
	grep CONSOLE "$T/console" && fail "$name: the console is not silent"
	echo "ok $name"
}

light="rgb(255, 255, 255)" dark="rgb(28, 32, 39)"
night=--blink-settings=preferredColorScheme=0

all_sizes()
{
	seen "$1, wide" 1000 "$light"
	seen "$1, telephone" 360 "$light"
	seen "$1, wide, dark" 1000 "$dark" "$night"
	seen "$1, telephone, dark" 360 "$dark" "$night"
}

net_up
conf "threshold 5 within 1d" "count { auth, relay, probe, protocol, unknown-user }"
start
ctl report --html "$T/page.html" || fail "report"
charts=2
all_sizes "a quiet day"

stop
day >"$LOG"
start
wait_for 20 sh -c "'$STAGE/bin/smtpbanctl' -s '$SOCK' -q bans |
    grep -q 2001:db8:bad:1::/64" || fail "no bans"
ctl report --html "$T/page.html" || fail "report"
charts=10
all_sizes "a day of attacks"
[ -z "$picture" ] ||
    browse 840 "$T/page.html" --window-size=840,1180 --screenshot="$picture" >/dev/null ||
    fail "no picture"
stop
echo "the page: all is well"
