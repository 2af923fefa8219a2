/* "last message repeated 3 times", which old syslogds write. */
#include <string.h>

#include "repeated.h"

static void
keep_text(char room[REPEATED_TEXT_MAX], const char **text, size_t *n)
{
	if (*text == NULL)
		return;
	if (*n > REPEATED_TEXT_MAX)
		*n = REPEATED_TEXT_MAX;
	memcpy(room, *text, *n);
	*text = room;
}

void
repeated_keep(struct repeated *r, const struct header *h,
    const struct event *ev)
{
	r->valid = ev != NULL && h->host_len <= sizeof(r->host);
	if (!r->valid)
		return;
	r->event = *ev;
	keep_text(r->text[0], &r->event.user, &r->event.user_len);
	keep_text(r->text[1], &r->event.hash, &r->event.hash_len);
	r->host_len = h->host_len;
	memcpy(r->host, h->host, h->host_len);
}

bool
repeated_recall(const struct repeated *r, const struct header *h,
    struct event *ev)
{
	uint64_t count;

	if (!r->valid || r->host_len != h->host_len ||
	    memcmp(r->host, h->host, h->host_len) != 0)
		return false;
	count = (uint64_t)r->event.count * h->again;
	*ev = r->event;
	ev->time = h->time;
	ev->count =
	    count < RECOGNISE_COUNT_MAX ? (uint32_t)count : RECOGNISE_COUNT_MAX;
	ev->lines_ago = 0;
	return true;
}
