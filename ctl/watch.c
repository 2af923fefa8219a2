/* smtpbanctl watch: what happens, as it happens. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "escape.h"
#include "show.h"
#include "when.h"

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
put_time(int64_t at)
{
	time_t t = (time_t)at;
	char buf[WHEN_STRLEN];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, sizeof(buf), "%m-%d %H:%M:%S", &tm) == 0)
		strlcpy(buf, "--", sizeof(buf));
	printf("%-14s ", buf);
}

static void
put_user(const char *user)
{
	if (user[0] == '\0')
		return;
	printf(" user ");
	escape_put(user, strlen(user));
}

static void
put_ban(const struct ctl_event_record *e, int64_t now)
{
	char until[WHEN_STRLEN];

	if (e->category == CATEGORY_MANUAL)
		printf(" by hand");
	else
		printf(" %s %" PRIu32, category_name(e->category), e->count);
	if (e->strikes > 1)
		printf(", strike %" PRIu32, e->strikes);
	if (e->expires == BAN_FOR_EVER)
		printf(", for ever");
	else
		printf(", until %s", when_short(e->expires, now, until));
}

static void
put_details(const struct ctl_event_record *e, int64_t now)
{
	switch (e->kind) {
	case CTL_EVENT_FAILURE:
		printf(" %s %" PRIu32 "/%" PRIu32, category_name(e->category),
		    e->count, e->threshold);
		break;
	case CTL_EVENT_SPARED:
		printf(" %s (", category_name(e->category));
		escape_put(e->text, strlen(e->text));
		putchar(')');
		break;
	case CTL_EVENT_LOGIN:
		printf(" after %" PRIu32 " failure%s", e->count,
		    e->count == 1 ? "" : "s");
		break;
	case CTL_EVENT_BANNED:
		put_ban(e, now);
		break;
	case CTL_EVENT_REFUSED:
		putchar(' ');
		escape_put(e->text, strlen(e->text));
		break;
	default:
		break;
	}
	put_user(e->user);
}

static void
event_text(const struct ctl_event_record *e, int64_t now)
{
	char prefix[PREFIX_STRLEN];

	put_time(e->time);
	if (e->kind == CTL_EVENT_BEGIN)
		puts(kind_name(e->kind));
	else if (e->kind == CTL_EVENT_LOST)
		printf("%-8s %" PRIu64 " events: they came faster than they "
		       "were read\n",
		    kind_name(e->kind), e->lost);
	else if (e->kind == CTL_EVENT_RELEASED)
		printf("%-8s %s\n", kind_name(e->kind),
		    prefix_format(&e->prefix, prefix));
	else {
		printf("%-8s %-15s", kind_name(e->kind),
		    prefix_format(&e->prefix, prefix));
		put_details(e, now);
		putchar('\n');
	}
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
