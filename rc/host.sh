# What the scripts need of a Debian host: packages, and smtpban's own user.
# Sourced.
# shellcheck shell=sh

# To build and run, and for the tests beside that.
# shellcheck disable=SC2034
{
	BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config bison
	    libbsd-dev libevent-dev libgdbm-dev libnl-route-3-dev
	    libcap-ng-dev libseccomp-dev libcmocka-dev iproute2"
	TEST_PACKAGES="procps strace netcat-openbsd systemd gzip xz-utils zstd
	    libxml2-utils gdbmtool"
	CI_PACKAGES="clang clang-format clang-tidy libclang-rt-14-dev cppcheck
	    shellcheck mandoc e2fsprogs xfsprogs
	    chromium fonts-dejavu-core prometheus jq
	    bird2 frr rsyslog
	    dpkg-dev debhelper lintian zsh apparmor logrotate"
}

# install_missing PACKAGE...: asks the network for nothing that is there.
install_missing()
{
	missing=
	for package in "$@"; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" \
		    2>/dev/null) in
		installed) ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	echo "installing$missing"
	apt_quietly update || return
	# shellcheck disable=SC2086
	apt_quietly install -y --no-install-recommends $missing
}

# Only a failure is worth the output of apt-get.
apt_quietly()
{
	if ! DEBIAN_FRONTEND=noninteractive apt-get -q "$@" \
	    >"${TMPDIR:-/tmp}/smtpban-apt.$$" 2>&1 </dev/null; then
		cat "${TMPDIR:-/tmp}/smtpban-apt.$$" >&2
		rm -f "${TMPDIR:-/tmp}/smtpban-apt.$$"
		echo "apt-get $1 failed" >&2
		return 1
	fi
	rm -f "${TMPDIR:-/tmp}/smtpban-apt.$$"
}

# without_daemons COMMAND...: the services that it installs are not started, as
# policy-rc.d tells invoke-rc.d(8); an administrator's own policy stays.
without_daemons()
{
	policy=/usr/sbin/policy-rc.d
	if [ -e "$policy" ]; then
		"$@"
		return
	fi
	printf '#!/bin/sh\nexit 101\n' >"$policy" || return
	chmod 755 "$policy"
	policy_status=0
	"$@" || policy_status=$?
	rm "$policy"
	return "$policy_status"
}

# make_users SYSUSERS_FILE: the parser's user, the group of those who may ask.
make_users()
{
	if getent passwd _smtpban >/dev/null &&
	    getent group smtpban >/dev/null; then
		return 0
	fi
	echo "making the user _smtpban and the group smtpban"
	if command -v systemd-sysusers >/dev/null; then
		systemd-sysusers "$1"
		return
	fi
	getent group smtpban >/dev/null || groupadd --system smtpban || return
	getent passwd _smtpban >/dev/null ||
	    useradd --system --user-group --no-create-home \
		--home-dir /nonexistent --shell /usr/sbin/nologin _smtpban
}

# with_mounted_root COMMAND...: ip-netns(8) wants / to be a mount point, which
# it is not in a plain chroot; then run the command in a root that is one.
with_mounted_root()
{
	if awk '$5 == "/" { found = 1 } END { exit !found }' \
	    /proc/self/mountinfo; then
		"$@"
		return
	fi
	new_root=$(mktemp -d /tmp/smtpban-root.XXXXXX) || return
	mount --rbind / "$new_root" || return
	mount --make-rprivate "$new_root"
	root_status=0
	chroot "$new_root" "$@" || root_status=$?
	umount -l "$new_root" && rmdir "$new_root"
	return "$root_status"
}
