#include <sys/resource.h>
#include <sys/stat.h>

#include <err.h>
#include <gdbm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "old_dbm.h"

#define TEXT_LEN    64 /* of a key or value: an address, a time */
#define CPU_SECONDS 60
#define MEMORY      (1UL << 30)

/* Text of a datum, which has no NUL at its end, or perhaps one. */
static bool
old_dbm_text(char out[TEXT_LEN], const char *text, size_t n)
{
	if (n > 0 && text[n - 1] == '\0')
		n--;
	if (n == 0 || n >= TEXT_LEN || memchr(text, '\0', n) != NULL)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

const char *
old_dbm_parse(const char *key, size_t nkey, const char *value, size_t nvalue,
    struct old_ban *ban)
{
	char text[TEXT_LEN];
	struct tm tm = { .tm_isdst = -1 };
	const char *end;

	if (!old_dbm_text(text, key, nkey) ||
	    prefix_parse_addr(text, strlen(text), &ban->prefix) == -1)
		return "no address";
	if (!old_dbm_text(text, value, nvalue) ||
	    (end = strptime(text, "%Y %b %d %H:%M:%S", &tm)) == NULL ||
	    *end != '\0')
		return "no time like \"2026 Nov 24 18:11:20\"";
	ban->since = mktime(&tm);
	return ban->since > 0 ? NULL : "a time before 1970";
}

static void
old_dbm_limit(void)
{
	const struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS };

	if (setrlimit(RLIMIT_CPU, &cpu) == -1)
		warn("setrlimit");
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is more */
	const struct rlimit memory = { MEMORY, MEMORY };

	if (setrlimit(RLIMIT_DATA, &memory) == -1)
		warn("setrlimit");
#endif
}

/* gdbm would wait for the writer of a pipe. */
static GDBM_FILE
old_dbm_open(const char *path)
{
	struct stat st;
	GDBM_FILE db;

	if (stat(path, &st) == -1) {
		warn("import: %s", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		warnx("import: %s: not a file", path);
		return NULL;
	}
	db = gdbm_open(path, 0,
	    GDBM_READER | GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC, 0, NULL);
	if (db == NULL)
		warnx("import: %s: not a GNU dbm file that can be read: %s",
		    path, gdbm_strerror(gdbm_errno));
	return db;
}

static void
old_dbm_complain(const datum *key, const char *why)
{
	char text[4 * TEXT_LEN];
	size_t n = (size_t)key->dsize;

	warnx("import: %s: %s, passed over",
	    log_quote(text, sizeof(text), key->dptr,
		n < TEXT_LEN ? n : TEXT_LEN),
	    why);
}

static void
old_dbm_take(GDBM_FILE db, datum *key, struct old_ban *bans, size_t *n,
    size_t *bad)
{
	datum value = gdbm_fetch(db, *key);
	const char *why = "cannot be read";

	if (value.dptr != NULL)
		why = old_dbm_parse(key->dptr, (size_t)key->dsize, value.dptr,
		    (size_t)value.dsize, &bans[*n]);
	if (why == NULL)
		(*n)++;
	else {
		(*bad)++;
		old_dbm_complain(key, why);
	}
	free(value.dptr);
}

int
old_dbm_read(const char *path, struct old_ban **bans, size_t *bad)
{
	gdbm_count_t count;
	size_t n = 0, seen = 0;
	datum key, next;
	GDBM_FILE db;

	old_dbm_limit();
	*bad = 0;
	if ((db = old_dbm_open(path)) == NULL)
		return -1;
	if (gdbm_count(db, &count) != 0 || count > OLD_DBM_MAX) {
		warnx("import: %s: damaged, or more than %d entries", path,
		    OLD_DBM_MAX);
		gdbm_close(db);
		return -1;
	}
	if ((*bans = calloc((size_t)count + 1, sizeof(**bans))) == NULL)
		err(1, NULL);
	for (key = gdbm_firstkey(db); key.dptr != NULL && seen < count;
	     key = next) {
		seen++;
		old_dbm_take(db, &key, *bans, &n, bad);
		next = gdbm_nextkey(db, key);
		free(key.dptr);
	}
	free(key.dptr);
	gdbm_close(db);
	if (seen == count)
		return (int)n;
	warnx("import: %s: damaged: %zu of %llu entries can be read", path,
	    seen, (unsigned long long)count);
	free(*bans);
	return -1;
}
