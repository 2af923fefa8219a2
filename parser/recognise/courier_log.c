/* Lines that courierlogger has cut to pieces: see courier_log.h. */
#include "courier_log.h"

#define CUT_MIN      400 /* bytes: 512 less the "ALERT: " that it takes off */
#define PIECES_AFTER 2
#define AWAY         60 /* seconds */

bool
courier_log_is_cut(size_t message_len)
{
	return message_len >= CUT_MIN;
}

bool
courier_log_is_whole(struct courier_log *log, uint64_t key, size_t message_len)
{
	size_t i, at = COURIER_LOG_TAGS, free = COURIER_LOG_TAGS;

	for (i = 0; i < COURIER_LOG_TAGS; i++) {
		if (log->tags[i].left == 0)
			free = i;
		else if (log->tags[i].key == key)
			at = i;
	}
	if (courier_log_is_cut(message_len)) {
		if (at == COURIER_LOG_TAGS && free < COURIER_LOG_TAGS) {
			at = free;
			log->tags[at].key = key;
			log->pending++;
		}
		if (at < COURIER_LOG_TAGS)
			log->tags[at].left = PIECES_AFTER;
		return false;
	}
	/* Without room to remember who had pieces, nobody is believed. */
	if (at == COURIER_LOG_TAGS)
		return free < COURIER_LOG_TAGS;
	if (--log->tags[at].left == 0)
		log->pending--;
	return false;
}

void
courier_log_saw_away(struct courier_log *log, uint64_t host, int64_t time)
{
	log->host = host;
	log->away = time;
}

bool
courier_log_is_away(const struct courier_log *log, uint64_t host, int64_t time)
{
	return log->away != 0 && log->host == host && time >= log->away &&
	    time - log->away <= AWAY;
}
