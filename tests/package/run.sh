#!/bin/sh
# usage: sudo sh tests/package/run.sh BUILD
# Builds the Debian package and lives through its life in a Debian of its own,
# with a real systemd: installation, attack, restart, upgrade, reboot, removal,
# purge.  BUILD is a build tree, for the tests' TCP tool.  Nothing outside changes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

# The new world's first process; see start_world.
if [ "${1-}" = --world ]; then
	# shellcheck source=tests/e2e/boot.sh
	. "$top/tests/e2e/boot.sh"
	mount --make-rprivate /
	boot_overlay "$2" || exit 1
	if [ ! -e etc/systemd/system/mail.target ]; then
		boot_bare
		sh "$here/world.sh" "$3" || exit 1
	fi
	boot_systemd
fi

[ "$(id -u)" = 0 ] || { echo "package: must run as root" >&2; exit 1; }
# What the new world writes is kept here from one boot to the next.
if [ -z "${PACKAGE_FOLDER:-}" ]; then
	PACKAGE_FOLDER=$(mktemp -d /var/tmp/smtpban-package.XXXXXX) || exit 1
	export PACKAGE_FOLDER
	unshare -m sh "$0" "$@"
	status=$?
	rm -rf "$PACKAGE_FOLDER"
	exit "$status"
fi
mount --make-rprivate /
mount -t tmpfs tmpfs "$PACKAGE_FOLDER" || exit 1
NAME=package
T=$PACKAGE_FOLDER
TCP=$(cd "$1" && pwd)/tests/e2e/tcp
[ -x "$TCP" ] || { echo "package: no $TCP" >&2; exit 1; }
# shellcheck source=tests/package/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/e2e/boot.sh
. "$top/tests/e2e/boot.sh"
# shellcheck source=tests/package/life.sh
. "$here/life.sh"
passed=0 failed=0
trap 'boot_down' EXIT
trap 'exit 1' INT TERM HUP

holds build_package
[ "$failed" = 0 ] || { echo "package: 0 passed, 1 failed"; exit 1; }
holds lintian_finds_nothing
start_world
holds installs_and_runs_under_the_unit
holds attack_in_the_log_is_banned
holds restart_lets_nobody_through
holds sysvinit_script_serves
holds rotated_log_is_followed
holds upgrade_lets_nobody_through
stop_world
start_world
holds reboot_brings_bans_before_the_mail_port
holds removal_keeps_bans_and_configuration
holds new_installation_knows_the_bans
holds purge_leaves_only_what_is_not_ours
echo "package: $passed passed, $failed failed"
[ "$failed" = 0 ]
