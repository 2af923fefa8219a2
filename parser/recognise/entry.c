/* An entry of the systemd journal: those of its fields that are a log line. */
#include <string.h>

#include "chars.h"
#include "entry.h"

#define MICROSECONDS 1000000
#define TIME_DIGITS  17 /* of microseconds, up to the year 5138 */
#define PID_DIGITS   9

void
entry_begin(struct entry *e)
{
	e->seen = 0;
	e->spoilt = false;
	e->syslog_pid = e->pid = 0;
	e->time = e->source_time = 0;
	e->message_len = e->tag_len = e->comm_len = e->host_len = 0;
}

enum entry_field
entry_field(const char *name, size_t n)
{
	static const char *const names[ENTRY_FIELDS] = {
		[ENTRY_OTHER] = "",
		[ENTRY_MESSAGE] = "MESSAGE",
		[ENTRY_IDENTIFIER] = "SYSLOG_IDENTIFIER",
		[ENTRY_SYSLOG_PID] = "SYSLOG_PID",
		[ENTRY_PID] = "_PID",
		[ENTRY_COMM] = "_COMM",
		[ENTRY_HOST] = "_HOSTNAME",
		[ENTRY_TIME] = "__REALTIME_TIMESTAMP",
		[ENTRY_SOURCE_TIME] = "_SOURCE_REALTIME_TIMESTAMP",
	};
	unsigned i;

	for (i = 1; i < ENTRY_FIELDS; i++)
		if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
			return (enum entry_field)i;
	return ENTRY_OTHER;
}

char *
entry_room(struct entry *e, enum entry_field field, size_t *size)
{
	switch (field) {
	case ENTRY_MESSAGE:
		*size = sizeof(e->message);
		return e->message;
	case ENTRY_IDENTIFIER:
		*size = sizeof(e->tag);
		return e->tag;
	case ENTRY_COMM:
		*size = sizeof(e->comm);
		return e->comm;
	case ENTRY_HOST:
		*size = sizeof(e->host);
		return e->host;
	default:
		*size = sizeof(e->number);
		return e->number;
	}
}

/* A number of at most that many digits, and nothing else; or 0. */
static int64_t
read_number(const struct entry *e, size_t n, size_t max)
{
	int64_t value = 0;
	size_t i;

	if (n > max || n > sizeof(e->number))
		return 0;
	for (i = 0; i < n; i++) {
		if (!chars_is_digit(e->number[i]))
			return 0;
		value = value * 10 + (e->number[i] - '0');
	}
	return value;
}

/* The beginning of a tag is another tag. */
static size_t
whole(struct entry *e, size_t n)
{
	if (n <= ENTRY_TAG_MAX)
		return n;
	e->spoilt = true;
	return 0;
}

void
entry_take(struct entry *e, enum entry_field field, size_t n)
{
	if (field == ENTRY_OTHER)
		return;
	if ((e->seen & 1U << field) != 0)
		e->spoilt = true;
	e->seen |= 1U << field;
	switch (field) {
	case ENTRY_MESSAGE:
		e->message_len = n < ENTRY_MESSAGE_MAX ? n : ENTRY_MESSAGE_MAX;
		break;
	case ENTRY_IDENTIFIER:
		e->tag_len = whole(e, n);
		break;
	case ENTRY_COMM:
		e->comm_len = whole(e, n);
		break;
	case ENTRY_HOST:
		e->host_len = whole(e, n);
		break;
	case ENTRY_SYSLOG_PID:
		e->syslog_pid = (uint32_t)read_number(e, n, PID_DIGITS);
		break;
	case ENTRY_PID:
		e->pid = (uint32_t)read_number(e, n, PID_DIGITS);
		break;
	case ENTRY_TIME:
		e->time = read_number(e, n, TIME_DIGITS) / MICROSECONDS;
		break;
	case ENTRY_SOURCE_TIME:
		e->source_time = read_number(e, n, TIME_DIGITS) / MICROSECONDS;
		break;
	case ENTRY_OTHER:
	case ENTRY_FIELDS:
		break;
	}
}

void
entry_spoil(struct entry *e, enum entry_field field)
{
	if (field != ENTRY_OTHER)
		e->spoilt = true;
}

bool
entry_is_message(const struct entry *e)
{
	return !e->spoilt && (e->seen & 1U << ENTRY_MESSAGE) != 0 &&
	    (e->tag_len > 0 || e->comm_len > 0);
}

int64_t
entry_time(const struct entry *e)
{
	return e->time != 0 ? e->time : e->source_time;
}

uint32_t
entry_pid(const struct entry *e)
{
	return e->syslog_pid != 0 ? e->syslog_pid : e->pid;
}

const char *
entry_tag(const struct entry *e, size_t *n)
{
	*n = e->tag_len > 0 ? e->tag_len : e->comm_len;
	return e->tag_len > 0 ? e->tag : e->comm;
}
