/*
 * Every prefix of the writes, syncs and renames of a run, as gdbm and the
 * ledger made them, turned into what a disk could hold then: all of it, or
 * only what was synced and any part of the rest, in sectors.  The ledger is
 * opened on each: all that was acknowledged is there and nothing else.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_shim.h"

#define SECTOR   512
#define FILES    64 /* made in a run */
#define NAMES    8  /* in the directory at once */
#define EVENTS   8192
#define PREFIXES 60
#define COMMITS  64
#define STATES   2 /* made of each prefix, or LEDGER_STATES */

struct event {
	struct shim_event e;
	unsigned acknowledged; /* commits, when it happened */
};
static struct event events[EVENTS];
static size_t nevents;

/* What a file has: its bytes on disk, and what may come to that. */
struct node {
	ino_t ino;
	uint8_t *bytes;
	size_t len;
	size_t pending[EVENTS]; /* events since the last sync */
	size_t npending;
};
static struct node nodes[FILES];
static size_t nnodes;

struct name {
	char text[32]; /* "" where there is none */
	ino_t ino;
};
static struct name names[NAMES]; /* on disk */
static size_t renames[EVENTS];   /* events since the last sync */
static size_t nrenames;

/* The count of each ban after each commit; 0: no record. */
static uint32_t model[COMMITS][PREFIXES];
static unsigned commits; /* acknowledged */

static uint64_t seed = 1;

static unsigned
draw(unsigned bound)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(seed >> 33) % bound;
}

static void
record(const struct shim_event *e)
{
	struct event *copy = &events[nevents++];

	assert_true(nevents < EVENTS);
	copy->e = *e;
	copy->acknowledged = commits;
	if (e->bytes != NULL) {
		copy->e.bytes = malloc(e->n);
		memcpy((void *)(uintptr_t)copy->e.bytes, e->bytes, e->n);
	}
	if (e->name != NULL)
		copy->e.name = strdup(e->name);
	if (e->to != NULL)
		copy->e.to = strdup(e->to);
}

/* Put a batch; forget a third of what is there. */
static void
commit_batch(struct ledger *l, unsigned puts)
{
	struct ban b;
	unsigned n;

	assert_true(commits + 1 < COMMITS);
	memcpy(model[commits + 1], model[commits], sizeof(model[0]));
	while (puts-- > 0) {
		n = draw(PREFIXES);
		b = model_ban(n, 100 * (commits + 1) + puts);
		model[commits + 1][n] = b.count;
		if (draw(3) == 0) {
			b.state = BAN_FORGOTTEN;
			model[commits + 1][n] = 0;
		}
		assert_int_equal(fixture_put(l, &b), 0);
	}
	assert_int_equal(ledger_commit(l), 0);
	commits++;
}

/* A start without files, commits, a stop, a start, commits, a stop. */
static void
record_a_run(void)
{
	struct ledger *l;
	int run, i;

	shim_record = record;
	for (run = 0; run < 3; run++) {
		assert_non_null(l = fixture_open());
		for (i = 0; i < 8; i++)
			commit_batch(l, 1 + draw(6));
		ledger_close(l);
	}
	shim_record = NULL;
}

static struct node *
node_of(ino_t ino)
{
	size_t i;

	for (i = 0; i < nnodes; i++)
		if (nodes[i].ino == ino)
			return &nodes[i];
	assert_true(nnodes < FILES);
	nodes[nnodes].ino = ino;
	return &nodes[nnodes++];
}

/* Where a name is in a directory, or a free place for it. */
static struct name *
name_in(struct name in[NAMES], const char *text)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(in[i].text, text) == 0)
			return &in[i];
	return text[0] == '\0' ? NULL : name_in(in, "");
}

static void
apply_name(struct name in[NAMES], const struct shim_event *e)
{
	struct name *n = name_in(in, e->name), *to;
	ino_t ino = e->call == SHIM_OPEN ? e->ino : n->ino;

	assert_non_null(n);
	if (e->call != SHIM_OPEN && n->text[0] == '\0')
		return; /* what this was done to has not come to be */
	n->text[0] = '\0';
	if (e->call == SHIM_UNLINK)
		return;
	assert_non_null(to = name_in(in, e->to == NULL ? e->name : e->to));
	strlcpy(to->text, e->to == NULL ? e->name : e->to, sizeof(to->text));
	to->ino = ino;
}

/* Grow or cut; what is new is zeros. */
static void
resize(uint8_t **bytes, size_t *len, size_t want)
{
	*bytes = realloc(*bytes, want + 1);
	assert_non_null(*bytes);
	if (want > *len)
		memset(*bytes + *len, 0, want - *len);
	*len = want;
}

/* All of a write, or those of its sectors that chance takes. */
static void
apply_write(uint8_t **bytes, size_t *len, const struct shim_event *e, bool torn)
{
	size_t at = (size_t)e->at, i, n;

	if (e->call == SHIM_TRUNCATE) {
		resize(bytes, len, at);
		return;
	}
	for (i = 0; i < e->n; i += n) {
		n = SECTOR - (at + i) % SECTOR;
		if (n > e->n - i)
			n = e->n - i;
		if (torn && draw(2) == 0)
			continue;
		if (at + i + n > *len)
			resize(bytes, len, at + i + n);
		memcpy(*bytes + at + i, (const uint8_t *)e->bytes + i, n);
	}
}

/* Bring the disk and what is pending to after this event. */
static void
take(size_t i)
{
	const struct shim_event *e = &events[i].e;
	struct node *node;
	size_t k;

	switch (e->call) {
	case SHIM_WRITE:
	case SHIM_TRUNCATE:
		node = node_of(e->ino);
		node->pending[node->npending++] = i;
		break;
	case SHIM_SYNC:
		node = node_of(e->ino);
		for (k = 0; k < node->npending; k++)
			apply_write(&node->bytes, &node->len,
			    &events[node->pending[k]].e, false);
		node->npending = 0;
		break;
	case SHIM_SYNC_DIR:
		for (k = 0; k < nrenames; k++)
			apply_name(names, &events[renames[k]].e);
		nrenames = 0;
		break;
	default:
		renames[nrenames++] = i;
	}
}

enum how {
	ALL,   /* as after a kill */
	SOME,  /* any of what is pending */
	FIRST, /* renames in their order up to some, and any of the writes */
	HOWS
};

static void
build_file(const struct node *node, const char *name, enum how how)
{
	size_t len = 0, k, odds = 1 + draw(3);
	uint8_t *bytes = NULL;
	int fd;

	resize(&bytes, &len, node->len);
	if (node->len > 0)
		memcpy(bytes, node->bytes, len);
	for (k = 0; k < node->npending; k++)
		if (how == ALL || draw(4) < odds)
			apply_write(&bytes, &len, &events[node->pending[k]].e,
			    how != ALL && draw(3) == 0);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	free(bytes);
}

static void
build(const char *where, enum how how)
{
	struct name now[NAMES];
	char name[256];
	size_t k, cut = draw((unsigned)nrenames + 1);
	int i;

	memcpy(now, names, sizeof(now));
	for (k = 0; k < nrenames; k++)
		if (how == ALL || (how == FIRST ? k < cut : draw(2) == 0))
			apply_name(now, &events[renames[k]].e);
	assert_int_equal(mkdir(where, 0700), 0);
	for (i = 0; i < NAMES; i++) {
		if (now[i].text[0] == '\0')
			continue;
		snprintf(name, sizeof(name), "%s/%s", where, now[i].text);
		build_file(node_of(now[i].ino), name, how);
	}
}

static bool
is_seen(const uint32_t want[PREFIXES])
{
	size_t i, n = 0;
	unsigned k;
	struct ban b;

	for (k = 0; k < PREFIXES; k++) {
		if (want[k] == 0)
			continue;
		n++;
		b = model_ban(k, want[k]);
		for (i = 0; i < nseen; i++)
			if (memcmp(&seen[i], &b, sizeof(b)) == 0)
				break;
		if (i == nseen)
			return false;
	}
	return n == nseen;
}

/* Returns whether one of the two files could not be read. */
static bool
check_state(size_t i, enum how how)
{
	char where[72];
	struct ledger *l;
	unsigned done = events[i].acknowledged;

	snprintf(where, sizeof(where), "%s/state", dir);
	snprintf(path[0], sizeof(path[0]), "%s/bans.db", where);
	build(where, how);
	l = fixture_open();
	if (l == NULL || damaged > 0 ||
	    (!is_seen(model[done]) && !is_seen(model[done + 1])))
		fail_msg("after event %zu (%u commits), state %d: %s", i, done,
		    (int)how, logged);
	ledger_close(l);
	fixture_remove_at(where);
	return strstr(logged, "damaged, kept") != NULL;
}

static void
test_no_prefix_of_a_run_loses_or_invents(void **state)
{
	const char *env = getenv("LEDGER_STATES");
	size_t i, unreadable = 0, checked = 0;
	int k, states = STATES;

	(void)state;
	if (env != NULL)
		states = (int)strtonum(env, 1, 10000, NULL);
	record_a_run();
	for (i = 0; i < nevents; i++) {
		take(i);
		unreadable += check_state(i, ALL);
		for (k = 0; k < states; k++)
			unreadable += check_state(i, 1 + k % (HOWS - 1));
		checked += 1 + (size_t)states;
	}
	print_message("%zu calls, %zu states, a file unreadable in %zu\n",
	    nevents, checked, unreadable);
	assert_true(nevents > 200);
	for (i = 0; i < nevents; i++) {
		free((void *)(uintptr_t)events[i].e.bytes);
		free((void *)(uintptr_t)events[i].e.name);
		free((void *)(uintptr_t)events[i].e.to);
	}
	for (i = 0; i < nnodes; i++)
		free(nodes[i].bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_prefix_of_a_run_loses_or_invents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
