#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fold.h"
#include "show.h"
#include "table.h"
#include "when.h"

#define SCREEN 80

void
show_text(FILE *out, const char *text, bool end)
{
	const unsigned char *p;
	bool open = false;

	for (p = (const unsigned char *)text; *p != '\0'; p++) {
		open = *p != '\n';
		if ((*p >= 0x20 && *p < 0x7f) || *p == '\n')
			putc(*p, out);
		else
			fprintf(out, "\\x%02x", *p);
	}
	if (end && (open || text[0] == '\0'))
		putc('\n', out);
}

void
show_wrapped(FILE *out, const char *label, const char *text)
{
	size_t indent = strlen(label), column = indent, n;

	fputs(label, out);
	for (; *text != '\0'; text += n + strspn(text + n, " ")) {
		n = strcspn(text, " ");
		if (column > indent && column + 1 + n > SCREEN) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		}
		if (column > indent) {
			putc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)n, text);
		column += n;
	}
	putc('\n', out);
}

static int
compare_bans(const void *a, const void *b)
{
	const struct ban *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

void
show_sort_bans(struct ban *bans, size_t n)
{
	if (n > 1)
		qsort(bans, n, sizeof(*bans), compare_bans);
}

/* A threshold of 0 makes no sense; qsort(3) needs one order all the same. */
static uint64_t
least_one(uint32_t threshold)
{
	return threshold != 0 ? threshold : 1;
}

static int
compare_offenders(const void *a, const void *b)
{
	const struct ctl_offender_record *x = a, *y = b;
	uint64_t close_x = x->count * least_one(y->threshold);
	uint64_t close_y = y->count * least_one(x->threshold);

	if (close_x != close_y)
		return close_x > close_y ? -1 : 1;
	if (x->last != y->last)
		return x->last > y->last ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

void
show_sort_offenders(struct ctl_offender_record *o, size_t n)
{
	if (n > 1)
		qsort(o, n, sizeof(*o), compare_offenders);
}

void
show_time_cell(struct table *t, int64_t time, int64_t now)
{
	char text[WHEN_STRLEN], more[WHEN_STRLEN] = " ";

	table_cell(t, "%s", when_short(time, now, text));
	if (when_about(time, now, text)[0] != '\0') {
		strlcat(more, text, sizeof(more));
		table_more(t, more);
	}
}

static enum colour
ban_colour(const struct ban *b)
{
	if (b->state == BAN_ENDED)
		return COLOUR_FAINT;
	return (b->flags & (BAN_FOREIGN | BAN_UNWRITTEN)) != 0 ? COLOUR_REMARK :
								 COLOUR_PLAIN;
}

static void
show_ban_end(struct table *t, const struct ban *b, int64_t now)
{
	char at[WHEN_STRLEN], rel[WHEN_STRLEN];

	if (b->state == BAN_ENDED)
		table_cell(t, "ended %s", when_short(b->released, now, at));
	else
		table_cell(t, "%s%s%s", when_short(b->expires, now, at),
		    when_about(b->expires, now, rel)[0] != '\0' ? " " : "",
		    rel);
}

void
show_bans(FILE *out, const struct ban *bans, size_t n, int64_t now,
    bool headings)
{
	static const char *const names[] = { "PREFIX", "SINCE", "EXPIRES",
		">STRIKES", "CATEGORY", ">COUNT", NULL };
	struct table *t = table_new(names);
	char buf[PREFIX_STRLEN];
	size_t i;

	for (i = 0; i < n; i++) {
		table_cell(t, "%s", prefix_format(&bans[i].prefix, buf));
		table_colour(t, ban_colour(&bans[i]));
		show_time_cell(t, bans[i].since, now);
		show_ban_end(t, &bans[i], now);
		table_cell(t, "%" PRIu32, bans[i].strikes);
		table_cell(t, "%s", category_name(bans[i].category));
		table_cell(t, "%" PRIu32, bans[i].count);
	}
	table_print(t, out, headings);
	table_free(t);
}

/* One failure more, and it is banned. */
static enum colour
offender_colour(const struct ctl_offender_record *o)
{
	return (uint64_t)o->count + 1 >= o->threshold ? COLOUR_REMARK :
							COLOUR_PLAIN;
}

void
show_offenders(FILE *out, const struct ctl_offender_record *o, size_t n,
    int64_t now, bool headings)
{
	static const char *const names[] = { "PREFIX", ">COUNT", "OF", "WITHIN",
		"LAST", "CATEGORIES", NULL };
	struct table *t = table_new(names);
	char buf[PREFIX_STRLEN], span[WHEN_STRLEN], counts[SHOW_COUNTS_LEN];
	size_t i;

	for (i = 0; i < n; i++) {
		table_cell(t, "%s", prefix_format(&o[i].prefix, buf));
		table_colour(t, offender_colour(&o[i]));
		table_cell(t, "%" PRIu32, o[i].count);
		table_cell(t, "%" PRIu32, o[i].threshold);
		table_cell(t, "%s", when_span(o[i].within, span));
		show_time_cell(t, o[i].last, now);
		table_cell(t, "%s", show_offender_counts(&o[i], counts));
	}
	table_print(t, out, headings);
	table_free(t);
}

void
show_ban_members(struct json *j, const struct ban *b)
{
	json_prefix(j, "prefix", &b->prefix);
	json_time(j, "since", b->since);
	json_time(j, "expires", b->expires);
	json_number(j, "strikes", b->strikes);
	json_string(j, "category", category_name(b->category));
	json_number(j, "count", b->count);
	json_bool(j, "active", b->state == BAN_ACTIVE);
	json_time(j, "released", b->released);
	json_time(j, "allowed", b->allowed);
	json_bool(j, "foreign", (b->flags & BAN_FOREIGN) != 0);
	json_bool(j, "unwritten", (b->flags & BAN_UNWRITTEN) != 0);
}

void
show_ban_json(struct json *j, const char *key, const struct ban *b)
{
	json_object(j, key);
	show_ban_members(j, b);
	json_end(j);
}

static void
show_widen_counts(const struct ctl_offender_record *o,
    uint64_t counts[CATEGORY_COUNT])
{
	unsigned c;

	for (c = 0; c < CATEGORY_COUNT; c++)
		counts[c] = o->counts[c];
}

void
show_offender_json(struct json *j, const char *key,
    const struct ctl_offender_record *o)
{
	uint64_t counts[CATEGORY_COUNT];

	show_widen_counts(o, counts);
	json_object(j, key);
	json_prefix(j, "prefix", &o->prefix);
	json_string(j, "category",
	    o->category == CATEGORY_NONE ? NULL : category_name(o->category));
	json_number(j, "count", o->count);
	json_number(j, "threshold", o->threshold);
	json_number(j, "within", o->within);
	show_counts_json(j, "counts", counts);
	json_time(j, "first", o->first);
	json_time(j, "last", o->last);
	json_end(j);
}

const char *
show_counts(const uint64_t counts[CATEGORY_COUNT], char buf[SHOW_COUNTS_LEN])
{
	size_t used = 0;
	unsigned c;

	buf[0] = '\0';
	for (c = CATEGORY_NONE + 1; c < CATEGORY_COUNT; c++)
		if (counts[c] != 0 && used < SHOW_COUNTS_LEN)
			used += (size_t)snprintf(buf + used,
			    SHOW_COUNTS_LEN - used, "%s%s %" PRIu64,
			    used > 0 ? ", " : "", category_name(c), counts[c]);
	return buf;
}

const char *
show_offender_counts(const struct ctl_offender_record *o,
    char buf[SHOW_COUNTS_LEN])
{
	uint64_t counts[CATEGORY_COUNT];

	show_widen_counts(o, counts);
	return show_counts(counts, buf);
}

void
show_counts_json(struct json *j, const char *key,
    const uint64_t counts[CATEGORY_COUNT])
{
	unsigned c;

	json_object(j, key);
	for (c = CATEGORY_NONE + 1; c < CATEGORY_COUNT; c++)
		if (counts[c] != 0)
			json_number(j, category_name(c), counts[c]);
	json_end(j);
}

/* What a table does not tell: bans that are not as they should be. */
static void
show_ban_remarks(const struct ban *bans, size_t n)
{
	char buf[PREFIX_STRLEN];
	size_t i;

	for (i = 0; i < n; i++) {
		prefix_format(&bans[i].prefix, buf);
		if ((bans[i].flags & BAN_FOREIGN) != 0)
			printf("%s: another program's route is on this prefix, "
			       "ours is not set\n",
			    buf);
		if ((bans[i].flags & BAN_UNWRITTEN) != 0)
			printf("%s: not yet in the ledger\n", buf);
	}
}

int
command_bans(const struct invocation *v)
{
	struct ctl_bans request = { .ended = 0 };
	struct answer a = { 0 };
	struct json j;
	size_t i, folded;

	if (client_ask(v->socket, v->name, CTL_BANS, &request, sizeof(request),
		&a) == -1)
		return COMMAND_FAILED;
	folded = a.nbans;
	a.nbans = fold_bans(a.bans, a.nbans);
	folded -= a.nbans;
	show_sort_bans(a.bans, a.nbans);
	if (v->json) {
		json_begin(&j, stdout);
		json_array(&j, NULL);
		for (i = 0; i < a.nbans; i++)
			show_ban_json(&j, NULL, &a.bans[i]);
		json_end(&j);
	} else {
		show_bans(stdout, a.bans, a.nbans, v->now, !v->quiet);
		if (!v->quiet)
			show_ban_remarks(a.bans, a.nbans);
		if (!v->quiet && folded > 0)
			printf("%zu more lie within these networks\n", folded);
	}
	client_free(&a);
	return COMMAND_OK;
}

int
command_offenders(const struct invocation *v)
{
	struct answer a = { 0 };
	struct json j;
	size_t i;

	if (client_ask(v->socket, v->name, CTL_OFFENDERS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	show_sort_offenders(a.offenders, a.noffenders);
	if (v->json) {
		json_begin(&j, stdout);
		json_array(&j, NULL);
		for (i = 0; i < a.noffenders; i++)
			show_offender_json(&j, NULL, &a.offenders[i]);
		json_end(&j);
	} else
		show_offenders(stdout, a.offenders, a.noffenders, v->now,
		    !v->quiet);
	client_free(&a);
	return COMMAND_OK;
}

void
show_warn_senseless(const char *what)
{
	warnx("%s: the daemon's answer makes no sense: is it of another "
	      "version? restart smtpband",
	    what);
}
