/* One offence in several lines is one event: see doubles.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "doubles.h"
#include "text_hash.h"

#define SETS          1024
#define WAYS          64
#define STREAMS       64  /* bits of what was said by whom */
#define BUCKET        64  /* seconds whose sayings share a set */
#define SPAN_MAX      600 /* seconds that one saying may be about */
#define MESSAGE_SLACK 5   /* seconds between two logs of one message */
#define VOICE_SLACK   30  /* between two voices: Dovecot delays failures */
#define REPEATED_SPAN 300 /* a syslogd tells that late of repetitions */
#define USER_MAX      56  /* bytes: no voice cuts before that */
#define TIMES_MAX     64  /* of one line; what is more is news */

/* Who tells of a failed attempt: bits. */
#define VOICE_SERVER 1U
#define VOICE_LOGIN  2U
#define VOICE_PAM    4U
#define VOICE_DRIVER 8U /* of the auth process, and the next ones */
#define DRIVERS      32 /* of more, all share the last bit */

/* Something that was said: of a time, by somebody. */
struct saying {
	uint64_t by; /* one bit a stream, or a voice */
	int64_t to;
	uint32_t span;    /* seconds before that which it is about */
	uint32_t user;    /* hash; 0: not told */
	uint32_t session; /* likewise; of a message the pid */
};

/* Something that is said now. */
struct question {
	uint64_t key; /* of the message, or of the client */
	struct saying said;
	uint64_t never; /* who cannot mean the same */
	int64_t slack;  /* seconds */
	int64_t reach;  /* the longest span of others */
};

/* Sayings whose keys, at their time, have the same hash. */
struct set {
	uint64_t keys[WAYS]; /* 0: a free place */
	struct saying ways[WAYS];
	unsigned next; /* the oldest */
};

struct doubles {
	struct prefix_hash_key hash;
	unsigned streams;
	uint64_t streams_heard;
	uint64_t voices_heard;
	uint64_t drivers[DRIVERS]; /* hashes of their names; 0: free */
	struct set *sets[SETS];    /* each made when first used */
};

struct doubles *
doubles_new(void)
{
	struct doubles *d = calloc(1, sizeof(*d));

	if (d != NULL)
		arc4random_buf(&d->hash, sizeof(d->hash));
	return d;
}

void
doubles_free(struct doubles *d)
{
	int i;

	if (d == NULL)
		return;
	for (i = 0; i < SETS; i++)
		free(d->sets[i]);
	free(d);
}

unsigned
doubles_join(struct doubles *d)
{
	return d->streams++ % STREAMS;
}

/* Where the set of a key at that time is. */
static struct set **
find_set(struct doubles *d, uint64_t key, int64_t bucket)
{
	uint64_t hash = text_hash(&d->hash, key, &bucket, sizeof(bucket));

	return &d->sets[hash % SETS];
}

static bool
may_be_same(uint32_t a, uint32_t b)
{
	return a == 0 || b == 0 || a == b;
}

static bool
is_same(const struct saying *s, const struct question *q)
{
	return (s->by & q->never) == 0 &&
	    s->to - s->span <= q->said.to + q->slack &&
	    s->to >= q->said.to - q->said.span - q->slack &&
	    may_be_same(s->user, q->said.user) &&
	    may_be_same(s->session, q->said.session);
}

/* The earliest saying of a set that is the same, or NULL. */
static struct saying *
search_set(struct set *set, const struct question *q)
{
	struct saying *s, *found = NULL;
	int i;

	for (i = 0; set != NULL && i < WAYS; i++) {
		if (set->keys[i] != q->key)
			continue;
		s = &set->ways[i];
		if (is_same(s, q) && (found == NULL || s->to < found->to))
			found = s;
	}
	return found;
}

static struct saying *
find_saying(struct doubles *d, const struct question *q)
{
	int64_t bucket = (q->said.to - q->said.span - q->slack) / BUCKET;
	int64_t last = (q->said.to + q->slack + q->reach) / BUCKET;
	struct saying *found = NULL;

	for (; bucket <= last && found == NULL; bucket++)
		found = search_set(*find_set(d, q->key, bucket), q);
	return found;
}

/* Without memory it is not kept, and its double will be news. */
static void
keep_saying(struct doubles *d, const struct question *q)
{
	struct set **set = find_set(d, q->key, q->said.to / BUCKET);
	unsigned way;

	if (*set == NULL && (*set = calloc(1, sizeof(**set))) == NULL)
		return;
	way = (*set)->next++ % WAYS;
	(*set)->keys[way] = q->key;
	(*set)->ways[way] = q->said;
}

/* Another one says it too, and may know more of it. */
static void
join_saying(struct saying *s, const struct question *q)
{
	s->by |= q->said.by;
	if (s->user == 0)
		s->user = q->said.user;
	if (s->session == 0)
		s->session = q->said.session;
}

/*
 * Of so many times the same, how many are news?  heard: who said anything at
 * all, so that nobody is asked in vain.
 */
static uint32_t
ask(struct doubles *d, const struct question *q, uint64_t *heard,
    uint32_t times)
{
	struct saying *s = NULL;
	uint32_t i, news = times;

	*heard |= q->said.by;
	for (i = 0; i < times && i < TIMES_MAX; i++) {
		if ((*heard & ~q->never) != 0)
			s = find_saying(d, q);
		if (s != NULL) {
			join_saying(s, q);
			news--;
		} else
			keep_saying(d, q);
	}
	return news;
}

/* When it was: a line that tells of repetitions comes after them. */
static void
set_time(struct question *q, const struct doubles_failure *f, uint32_t seconds)
{
	uint32_t span = seconds;

	if (f->h->repeated > 1 && span < REPEATED_SPAN)
		span = REPEATED_SPAN;
	if (span > SPAN_MAX)
		span = SPAN_MAX;
	q->said.to = f->h->time;
	q->said.span = span;
}

static uint64_t
hash_client(const struct doubles *d, const struct prefix *client, uint64_t what)
{
	uint64_t key = text_hash(&d->hash, what, client, sizeof(*client));

	return key != 0 ? key : 1;
}

static uint32_t
short_hash(uint64_t hash)
{
	return (uint32_t)hash != 0 ? (uint32_t)hash : 1;
}

/*
 * The very same message, from another log.  It is of the same process, as far
 * as both tell; hosts may share a log, but hardly their pids.
 */
static uint32_t
ask_message(struct doubles *d, const struct doubles_failure *f, uint32_t times)
{
	const struct header *h = f->h;
	struct question q = { .slack = MESSAGE_SLACK, .reach = REPEATED_SPAN };
	uint64_t text;

	if (d->streams == 0)
		return times;
	text = text_hash(&d->hash, 1, h->message, h->message_len);
	q.key = hash_client(d, &f->m->client, text);
	q.said.session = h->pid;
	q.said.by = q.never = (uint64_t)1 << f->stream;
	set_time(&q, f, 0);
	return ask(d, &q, &d->streams_heard, times);
}

/*
 * A user name as all voices have it: they differ in its case, in whether it has
 * a domain, and in where they cut it.
 */
static uint32_t
hash_user(const struct doubles *d, const struct template_match *m)
{
	const char *at;
	size_t n = m->user_len;

	if (m->user == NULL)
		return 0;
	at = memchr(m->user, '@', n);
	if (at != NULL)
		n = (size_t)(at - m->user);
	if (n > USER_MAX)
		n = USER_MAX;
	return short_hash(text_hash_name(&d->hash, 0, m->user, n));
}

/*
 * Dovecot's sessions are those of its login processes; what has none there
 * came from a mail server.  PAM knows of none.
 */
static uint32_t
hash_session(const struct doubles *d, const struct template_match *m,
    unsigned flags)
{
	if ((flags & RULE_SAID_PAM) != 0 ||
	    ((flags & RULE_SAID_LOGIN) != 0 && m->session == NULL))
		return 0;
	return short_hash(text_hash(&d->hash, 1, m->session, m->session_len));
}

/* The voice of a driver of Dovecot's, which has a name. */
static uint64_t
find_driver(struct doubles *d, const struct template_match *m)
{
	uint64_t hash = text_hash(&d->hash, 2, m->driver, m->driver_len);
	unsigned i = 0;

	while (i < DRIVERS - 1 && d->drivers[i] != 0 && d->drivers[i] != hash)
		i++;
	d->drivers[i] = hash;
	return (uint64_t)VOICE_DRIVER << i;
}

/* Who says it, and who cannot mean the same attempt. */
static void
set_voice(struct question *q, struct doubles *d,
    const struct doubles_failure *f)
{
	unsigned flags = f->rule->flags;

	if ((flags & RULE_SAID_LOGIN) != 0) {
		q->said.by = VOICE_LOGIN;
		q->never = VOICE_LOGIN | VOICE_SERVER;
	} else if ((flags & RULE_SAID_PAM) != 0)
		q->said.by = q->never = VOICE_PAM;
	else if ((flags & RULE_SAID_AUTH) != 0)
		q->said.by = q->never = find_driver(d, f->m);
	else {
		q->said.by = VOICE_SERVER;
		q->never = VOICE_SERVER | VOICE_LOGIN;
	}
}

/* A failed attempt of this client, which others tell of too. */
static uint32_t
ask_voice(struct doubles *d, const struct doubles_failure *f, uint32_t times)
{
	struct question q = { .slack = VOICE_SLACK, .reach = SPAN_MAX };
	const unsigned said = RULE_SAID_LOGIN | RULE_SAID_AUTH | RULE_SAID_PAM;

	if ((f->rule->flags & said) == 0 && f->category != CATEGORY_AUTH)
		return times;
	q.key = hash_client(d, &f->m->client, 0);
	q.said.user = hash_user(d, f->m);
	q.said.session = hash_session(d, f->m, f->rule->flags);
	set_voice(&q, d, f);
	set_time(&q, f, f->m->seconds);
	return ask(d, &q, &d->voices_heard, times);
}

uint32_t
doubles_count_news(struct doubles *d, const struct doubles_failure *f)
{
	uint32_t times = f->h->repeated;

	if (f->h->time == 0)
		return times;
	times = ask_message(d, f, times);
	return times > 0 ? ask_voice(d, f, times) : 0;
}
