/*
 * The table of offenders under any failures, by the side of a plain list: who
 * is over the threshold is the same in both, and a table that is too small
 * stays within its limit.
 */
#include "input.h"
#include "offenders.h"

#define EPOCH 1700000000
#define HITS  600

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A failure that the list remembers. */
struct failure {
	struct prefix prefix;
	uint32_t group;
	uint32_t category;
	int64_t time;
	uint32_t n;
};

static struct {
	struct failure v[HITS];
	size_t n;
} all;

/* What the list says of a prefix under the threshold of a group. */
struct count {
	bool known;
	int64_t newest;
	uint64_t sum;      /* in the window */
	uint64_t distinct; /* times and categories in it, at most */
};

static struct msg_threshold by_group[CATEGORY_COUNT];

static bool
is_of(const struct failure *f, const struct prefix *p, uint32_t group)
{
	return f->group == group && memcmp(&f->prefix, p, sizeof(*p)) == 0;
}

static void
count_all(const struct prefix *p, uint32_t group, int64_t since,
    struct count *c)
{
	const struct failure *f;

	memset(c, 0, sizeof(*c));
	for (f = all.v; f < all.v + all.n; f++)
		if (is_of(f, p, group)) {
			if (!c->known || f->time > c->newest)
				c->newest = f->time;
			c->known = true;
		}
	if (since < c->newest - by_group[group].within)
		since = c->newest - by_group[group].within;
	for (f = all.v; f < all.v + all.n; f++)
		if (is_of(f, p, group) && f->time >= since) {
			c->sum += f->n;
			c->distinct++;
		}
}

/* What the table says, by the side of what the list says. */
static void
check_offender(const struct offender *o, const struct count *c)
{
	uint32_t threshold = by_group[o->group].count, sum = 0, i;

	must(o->count <= c->sum);
	must((o->count >= threshold) == (c->sum >= threshold));
	if (c->distinct <= threshold)
		must(o->count == c->sum);
	if (o->count == 0)
		return;
	for (i = 0; i < CATEGORY_COUNT; i++)
		sum += o->counts[i];
	must(sum == o->count && o->last == c->newest);
	must(o->first <= o->last);
	must(o->first >= o->last - by_group[o->group].within);
}

static void
try_count(struct offenders *o, struct input *in, int64_t now, bool listed)
{
	struct failure f = { .n = 1 };
	struct offender has;
	struct count c;

	input_prefix(in, &f.prefix);
	f.group = input_byte(in) % CATEGORY_COUNT;
	f.category = 1 + input_byte(in) % (CATEGORY_COUNT - 1);
	f.time = now - (int64_t)input_byte(in);
	f.n += input_byte(in) % 4;
	must(offenders_count(o, &f.prefix, f.group, f.category, f.time, f.n,
		 &by_group[f.group], &has) == 0);
	must(memcmp(&has.prefix, &f.prefix, sizeof(f.prefix)) == 0);
	must(has.group == f.group && has.count >= 1);
	if (!listed)
		return;
	all.v[all.n++] = f;
	count_all(&f.prefix, f.group, INT64_MIN, &c);
	check_offender(&has, &c);
}

static void
try_forget(struct offenders *o, struct input *in)
{
	struct prefix p;
	size_t i, kept = 0;

	input_prefix(in, &p);
	offenders_forget(o, &p);
	for (i = 0; i < all.n; i++)
		if (!prefix_contains(&p, &all.v[i].prefix))
			all.v[kept++] = all.v[i];
	all.n = kept;
}

static void
try_get(struct offenders *o, struct input *in, int64_t now)
{
	uint32_t group = input_byte(in) % CATEGORY_COUNT;
	struct offender has;
	struct prefix p;
	struct count c;
	int found;

	input_prefix(in, &p);
	found = offenders_get(o, &p, group, by_group, now, &has);
	count_all(&p, group, now - by_group[group].within, &c);
	must((found == 1) == (c.sum > 0));
	if (found == 1)
		check_offender(&has, &c);
}

static void
try_shift(struct offenders *o, int64_t by)
{
	size_t i;

	offenders_shift(o, by);
	for (i = 0; i < all.n; i++)
		all.v[i].time += by;
}

/* Each pair of prefix and group that the list has. */
static size_t
count_entries(void)
{
	size_t i, j, n = 0;

	for (i = 0; i < all.n; i++) {
		for (j = 0; j < i; j++)
			if (is_of(&all.v[i], &all.v[j].prefix, all.v[j].group))
				break;
		n += j == i;
	}
	return n;
}

/* All entries in turn: each once, the groups of a prefix in their order. */
static void
check_order(const struct offenders *o, int64_t now, bool listed)
{
	struct offender has, before;
	size_t n = 0;
	struct count c;

	memset(&before, 0, sizeof(before));
	while (offenders_next(o, n == 0 ? NULL : &before.prefix, before.group,
	    by_group, now, &has)) {
		must(++n <= offenders_number(o) && has.count > 0);
		must(memcmp(&has.prefix, &before.prefix, sizeof(has.prefix)) !=
			0 ||
		    has.group > before.group);
		before = has;
		if (!listed)
			continue;
		count_all(&has.prefix, has.group,
		    now - by_group[has.group].within, &c);
		check_offender(&has, &c);
	}
	if (listed)
		must(offenders_number(o) == count_entries());
}

/* A small table loses some; a large one has all that the list has. */
static void
try_offenders(struct input in)
{
	size_t limit = 1 + input_byte(&in) % 16;
	bool listed = (input_byte(&in) & 3) != 0;
	struct offenders *o = offenders_new(listed ? HITS : limit);
	int64_t now = EPOCH, by;
	unsigned i, what;

	must(o != NULL);
	all.n = 0;
	for (i = 0; i < CATEGORY_COUNT; i++) {
		by_group[i].count = 1 + input_byte(&in) % 6;
		by_group[i].within = 1 + input_byte(&in);
	}
	while (in.left > 0 && all.n < HITS) {
		what = input_byte(&in);
		now += what >> 4;
		if ((what & 7) < 5)
			try_count(o, &in, now, listed);
		else if ((what & 7) == 5)
			try_forget(o, &in);
		else if ((what & 8) != 0 && listed)
			try_get(o, &in, now);
		else if ((what & 0x80) != 0) {
			by = (int64_t)input_byte(&in) * 1000 - 128000;
			try_shift(o, by);
			now += by;
		} else if (!listed)
			offenders_set_limit(o, limit = 1 + (what >> 3));
		must(offenders_number(o) <= (listed ? HITS : limit));
		must(!listed || offenders_lost(o) == 0);
	}
	check_order(o, now, listed);
	offenders_free(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_offenders((struct input){ data, size });
	return 0;
}
