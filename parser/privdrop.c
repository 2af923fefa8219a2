#include <sys/stat.h>

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "privdrop.h"

/*
 * Of 32 logs each has a watch and a few files while it rotates, at most 8;
 * the rest is left for control clients.
 */
#define FILES_MAX 1024

static int
dir_is_empty(int fd)
{
	struct dirent *d;
	DIR *dir;
	int copy, others = 0;

	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy == -1)
		return -1;
	dir = fdopendir(copy);
	if (dir == NULL) {
		close(copy);
		return -1;
	}
	errno = 0;
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			others++;
	if (errno != 0)
		others = -1;
	closedir(dir);
	return others == -1 ? -1 : others == 0;
}

const char *
privdrop_refuse_dir(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return "cannot be examined";
	if (!S_ISDIR(st.st_mode))
		return "is not a directory";
	if (st.st_uid != 0)
		return "does not belong to root";
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "is writable by others";
	switch (dir_is_empty(fd)) {
	case 1:
		return NULL;
	case 0:
		return "is not empty";
	default:
		return "cannot be read";
	}
}

static void
change_root(const char *dir)
{
	const char *why;
	int fd;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		fatal("%s", dir);
	why = privdrop_refuse_dir(fd);
	if (why != NULL)
		fatalx("%s %s", dir, why);
	if (fchdir(fd) == -1 || chroot(".") == -1 || chdir("/") == -1)
		fatal("chroot %s", dir);
	close(fd);
}

/* While we are root: another user may not. */
static void
drop_bounding_set(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_apply(CAPNG_SELECT_BOUNDS | CAPNG_SELECT_AMBIENT) != 0)
		fatalx("cannot give up the capability bounding set");
}

static void
verify_ids(uid_t uid, gid_t gid)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg, groups[2];

	if (getresuid(&ru, &eu, &su) == -1 || getresgid(&rg, &eg, &sg) == -1)
		fatal("user ids");
	if (ru != uid || eu != uid || su != uid)
		fatalx("a user id was not given up");
	if (rg != gid || eg != gid || sg != gid)
		fatalx("a group id was not given up");
	if (getgroups(2, groups) != 1 || groups[0] != gid)
		fatalx("other groups were not given up");
}

static void
verify_root_is_gone(void)
{
	const uid_t same = (uid_t)-1;

	if (setuid(0) != -1 || seteuid(0) != -1 ||
	    setresuid(same, same, 0) != -1 || setreuid(0, same) != -1)
		fatalx("root can be taken back");
	if (setgid(0) != -1 || setegid(0) != -1 ||
	    setresgid(same, same, 0) != -1 || setregid(0, same) != -1)
		fatalx("the group of root can be taken back");
	if (setgroups(0, NULL) != -1 || chroot("/") != -1)
		fatalx("a privilege was not given up");
}

/* Inheritable ones survive a change of user; nobody gave us any, as a rule. */
static void
clear_capabilities(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		fatalx("cannot give up capabilities");
}

/* As the kernel has them, not as they were asked for. */
static void
verify_capabilities(void)
{
	if (capng_get_caps_process() != 0 ||
	    capng_have_capabilities(CAPNG_SELECT_ALL) != CAPNG_NONE)
		fatalx("capabilities were not given up");
}

void
privdrop_confine(const char *dir, uid_t uid, gid_t gid)
{
	if (uid == 0 || gid == 0)
		fatalx("the parser cannot run as root");
	change_root(dir);
	drop_bounding_set();
	if (setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("giving up root");
	clear_capabilities();
	confine_limits(FILES_MAX);
	verify_ids(uid, gid);
	verify_root_is_gone();
	verify_capabilities();
}
