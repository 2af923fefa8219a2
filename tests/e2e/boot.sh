# A real systemd, with its journald: this very Debian, started anew in
# namespaces of its own over a copy-on-write view of the root file system, with
# none of this host's services, and with smtpban installed in it.  Nothing
# outside changes.  Sourced after lib.sh.
# shellcheck shell=sh

BOOT=
INIT=

boot_down()
{
	[ -z "$BOOT" ] || kill -9 "$BOOT" 2>/dev/null
	wait "$BOOT" 2>/dev/null
	BOOT=
}

# The first process of the new world, until it has become systemd.
boot_init()
{
	mount --make-rprivate /
	mount -t tmpfs tmpfs "$T/boot"
	boot_overlay "$T/boot" || exit 1
	boot_bare
	# One at a time: it writes into the build tree.
	DESTDIR=$PWD flock "$1" cmake --install "$1" --prefix /usr >/dev/null ||
	    exit 1
	cat >etc/systemd/system/default.target <<-EOT
		[Unit]
		Requires=basic.target
		Wants=smtpban.service
		After=basic.target
		AllowIsolate=yes
	EOT
	# A leak check, if there is one, needs what the unit denies.
	mkdir etc/systemd/system/smtpban.service.d
	cat >etc/systemd/system/smtpban.service.d/test.conf <<-EOT
		[Service]
		Environment=ASAN_OPTIONS=detect_leaks=0
	EOT
	boot_systemd
}

# boot_overlay FOLDER: its root is this Debian, and what is written stays in
# FOLDER, which must not be on an overlay itself.  Goes there.
boot_overlay()
{
	mkdir -p "$1/upper" "$1/work" "$1/root"
	mount -t overlay overlay -o \
	    "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" || return
	cd "$1/root" || return
}

# Without this host's services, logs and smtpban.
boot_bare()
{
	rm -rf etc/systemd/system/* var/log/* var/lib/smtpban etc/smtpban.conf
	mkdir var/log/journal
}

boot_systemd()
{
	boot_mounts
	# Not from within a chroot; then systemd is in one, too.
	mkdir -p before
	if pivot_root . before; then
		umount -l /before
	fi
	exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    chroot . /lib/systemd/systemd --log-target=console
}

boot_mounts()
{
	mount -t proc proc proc
	mount -t tmpfs tmpfs run
	mount -t tmpfs tmpfs tmp
	mount -t sysfs sysfs sys
	mkdir -p sys/fs/cgroup
	mount -t cgroup2 none sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs dev
	for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" \
	    "urandom 1 9" "tty 5 0"; do
		# shellcheck disable=SC2086
		set -- $node
		mknod -m 666 "dev/$1" c "$2" "$3"
	done
	mkdir dev/pts dev/shm
	mount -t devpts devpts dev/pts
	ln -s /proc/self/fd dev/fd
}

# boot_up BUILD: until smtpban runs in it.
boot_up()
{
	mkdir "$T/boot"
	# shellcheck disable=SC2016
	boot_start sh -c '. "$0"; T=$1; boot_init "$2"' \
	    "$(dirname "$0")/boot.sh" "$T" "$1"
	wait_for 60 service_runs || fail "smtpban.service does not start"
}

# boot_start COMMAND...: it becomes the systemd of a new world.
boot_start()
{
	unshare -m -p -f --kill-child -n -u -i -C "$@" \
	    >"$T/daemon.log" 2>&1 </dev/null &
	BOOT=$!
	wait_for 60 booted || fail "systemd does not start"
}

booted()
{
	INIT=$(pgrep -P "$BOOT") &&
	    [ "$(cat "/proc/$INIT/comm")" = systemd ] &&
	    inside systemctl show -p Version
}

# inside COMMAND...: in the new world.
inside()
{
	nsenter -t "$INIT" -m -p -n -u -i -C -r -w "$@"
}

service_runs()
{
	inside systemctl is-active smtpban.service
}

# networkd_up: systemd-networkd runs in it, and has configured a link eth0.
# Without udev, as in a container, which it knows by a /sys that is read only.
networkd_up()
{
	inside mount -o remount,bind,ro /sys
	inside ip link add eth0 type veth peer name peer0
	inside ip link set peer0 up
	networkd_link eth0 192.0.2.25/25
	inside systemctl start systemd-networkd.service ||
	    fail "systemd-networkd does not start"
	wait_for 20 configured eth0 || fail "systemd-networkd configures nothing"
}

# networkd_link NAME ADDRESS: what it is to do with a link.
networkd_link()
{
	inside sh -c 'mkdir -p /etc/systemd/network
		cat >"/etc/systemd/network/$0.network"' "$1" <<-EOT
		[Match]
		Name=$1
		[Network]
		Address=$2
		LinkLocalAddressing=no
		IPv6AcceptRA=no
	EOT
}

# configured LINK: as networkd tells.
configured()
{
	inside networkctl --no-legend list "$1" | grep -qw configured
}
