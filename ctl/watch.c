/* smtpbanctl watch: what happens, as it happens. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attacked.h"
#include "colour.h"
#include "command.h"
#include "escape.h"
#include "show.h"
#include "when.h"

#define SCREEN     80
#define USER_LEAST 8 /* of a name, or it is left out */

static const char *
kind_name(uint32_t kind)
{
	static const char *const names[CTL_EVENT_KINDS] = {
		[CTL_EVENT_BEGIN] = "watching",
		[CTL_EVENT_FAILURE] = "failure",
		[CTL_EVENT_SPARED] = "spared",
		[CTL_EVENT_LOGIN] = "login",
		[CTL_EVENT_BANNED] = "banned",
		[CTL_EVENT_RELEASED] = "released",
		[CTL_EVENT_REFUSED] = "refused",
		[CTL_EVENT_LOST] = "lost",
	};

	return kind < CTL_EVENT_KINDS ? names[kind] : NULL;
}

static bool
has_prefix(const struct ctl_event_record *e)
{
	return e->kind != CTL_EVENT_BEGIN && e->kind != CTL_EVENT_LOST;
}

static void
event_json(const struct ctl_event_record *e)
{
	bool failed =
	    e->kind == CTL_EVENT_FAILURE || e->kind == CTL_EVENT_SPARED;
	bool banned = e->kind == CTL_EVENT_BANNED;
	struct json j;

	json_begin(&j, stdout);
	json_object(&j, NULL);
	json_time(&j, "time", e->time);
	json_string(&j, "event", kind_name(e->kind));
	if (has_prefix(e))
		json_prefix(&j, "prefix", &e->prefix);
	if (failed || banned)
		json_string(&j, "category", category_name(e->category));
	if (e->kind == CTL_EVENT_FAILURE || e->kind == CTL_EVENT_LOGIN ||
	    banned)
		json_number(&j, "count", e->count);
	if (e->kind == CTL_EVENT_FAILURE)
		json_number(&j, "threshold", e->threshold);
	if (failed || e->kind == CTL_EVENT_LOGIN)
		json_string(&j, "user", e->user[0] != '\0' ? e->user : NULL);
	if (e->text[0] != '\0')
		json_string(&j, "why", e->text);
	if (banned) {
		json_number(&j, "strikes", e->strikes);
		json_time(&j, "expires", e->expires);
	}
	if (e->kind == CTL_EVENT_LOST)
		json_number(&j, "lost", e->lost);
	json_end(&j);
}

/* As syslog has it, but in numbers. */
static void
put_time(FILE *out, int64_t at)
{
	time_t t = (time_t)at;
	char buf[WHEN_STRLEN];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, sizeof(buf), "%m-%d %H:%M:%S", &tm) == 0)
		strlcpy(buf, "--", sizeof(buf));
	fprintf(out, "%-14s ", buf);
}

static void
put_ban(FILE *out, const struct ctl_event_record *e, int64_t now)
{
	char until[WHEN_STRLEN];

	if (e->category == CATEGORY_MANUAL)
		fprintf(out, " by hand");
	else
		fprintf(out, " %s %" PRIu32, category_name(e->category),
		    e->count);
	if (e->strikes > 1)
		fprintf(out, ", strike %" PRIu32, e->strikes);
	if (e->expires == BAN_FOR_EVER)
		fprintf(out, ", for ever");
	else if ((size_t)ftell(out) + strlen(", until 01-31 12:00") <= SCREEN)
		fprintf(out, ", until %s", when_short(e->expires, now, until));
	else
		fprintf(out, ", ends %s", when_about(e->expires, now, until));
}

static void
put_details(FILE *out, const struct ctl_event_record *e, int64_t now)
{
	char why[sizeof(e->text) * ESCAPE_LEN] = "";

	escape_append(why, sizeof(why), e->text);
	switch (e->kind) {
	case CTL_EVENT_FAILURE:
		fprintf(out, " %s %" PRIu32 "/%" PRIu32,
		    category_name(e->category), e->count, e->threshold);
		break;
	case CTL_EVENT_SPARED:
		fprintf(out, " %s (%s)", category_name(e->category), why);
		break;
	case CTL_EVENT_LOGIN:
		fprintf(out, " after %" PRIu32 " failure%s", e->count,
		    e->count == 1 ? "" : "s");
		break;
	case CTL_EVENT_BANNED:
		put_ban(out, e, now);
		break;
	case CTL_EVENT_REFUSED:
		fprintf(out, " %s", why);
		break;
	default:
		break;
	}
}

static void
put_event(FILE *out, const struct ctl_event_record *e, int64_t now)
{
	char prefix[PREFIX_STRLEN];

	put_time(out, e->time);
	if (e->kind == CTL_EVENT_BEGIN)
		fprintf(out, "%s", kind_name(e->kind));
	else if (e->kind == CTL_EVENT_LOST)
		fprintf(out,
		    "%-8s %" PRIu64 " events: they came faster than they "
		    "were read",
		    kind_name(e->kind), e->lost);
	else if (e->kind == CTL_EVENT_RELEASED)
		fprintf(out, "%-8s %s", kind_name(e->kind),
		    prefix_format(&e->prefix, prefix));
	else {
		fprintf(out, "%-8s %-15s", kind_name(e->kind),
		    prefix_format(&e->prefix, prefix));
		put_details(out, e, now);
	}
}

static enum colour
event_colour(uint32_t kind)
{
	switch (kind) {
	case CTL_EVENT_BANNED:
		return COLOUR_WRONG;
	case CTL_EVENT_RELEASED:
	case CTL_EVENT_LOGIN:
		return COLOUR_GOOD;
	case CTL_EVENT_REFUSED:
	case CTL_EVENT_LOST:
		return COLOUR_REMARK;
	case CTL_EVENT_SPARED:
		return COLOUR_FAINT;
	default:
		return COLOUR_PLAIN;
	}
}

/* What the rest of a line has room for: the name, in part; how long a ban is. */
static void
put_rest(const struct ctl_event_record *e, size_t column, int64_t now)
{
	size_t room = column < SCREEN ? SCREEN - column : 0;
	const char *label =
	    room < strlen(" user ") + USER_LEAST ? " " : " user ";
	char cell[ATTACKED_USER_SIZE], rel[WHEN_STRLEN];

	if (e->user[0] != '\0' && room >= strlen(label) + USER_LEAST)
		printf("%s%s", label,
		    attacked_user(e->user, room - strlen(label), cell));
	else if (e->kind == CTL_EVENT_BANNED &&
	    when_about(e->expires, now, rel)[0] != '\0' &&
	    1 + strlen(rel) <= room)
		printf(" %s", rel);
}

static void
event_text(const struct ctl_event_record *e, int64_t now)
{
	enum colour colour = event_colour(e->kind);
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	if ((f = open_memstream(&line, &size)) == NULL)
		err(COMMAND_FAILED, NULL);
	put_event(f, e, now);
	if (fclose(f) == EOF)
		err(COMMAND_FAILED, NULL);
	if (size > SCREEN) {
		size = SCREEN;
		memcpy(line + SCREEN - strlen("..."), "...", sizeof("..."));
	}
	printf("%s%s%s", colour_begin(stdout, colour), line,
	    colour_end(stdout, colour));
	put_rest(e, size, now);
	putchar('\n');
	free(line);
}

static int
watch_take(void *arg, const struct channel_msg *m)
{
	const struct invocation *v = arg;
	struct ctl_event_record e;

	if (m->hdr.type != CTL_EVENT_RECORD || m->hdr.len != sizeof(e))
		return -1;
	memcpy(&e, m->payload, sizeof(e));
	e.user[sizeof(e.user) - 1] = '\0';
	e.text[sizeof(e.text) - 1] = '\0';
	if (kind_name(e.kind) == NULL ||
	    (has_prefix(&e) && !prefix_is_valid(&e.prefix)))
		return -1;
	if (v->json)
		event_json(&e);
	else if (e.kind != CTL_EVENT_BEGIN || !v->quiet)
		event_text(&e, time(NULL));
	return ferror(stdout) != 0;
}

/* Whoever reads a pipe wants each line when it comes. */
int
command_watch(const struct invocation *v)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	return client_follow(v->socket, v->name, CTL_WATCH, watch_take,
		   (void *)v) == -1 ?
	    COMMAND_FAILED :
	    COMMAND_OK;
}
