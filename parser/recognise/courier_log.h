/* Lines that courierlogger(1) has cut to pieces. */
#ifndef SMTPBAN_COURIER_LOG_H
#define SMTPBAN_COURIER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COURIER_LOG_TAGS 16

/*
 * Courier's servers write to courierlogger, which sends what is longer than its
 * buffer of 512 bytes to syslog in pieces, each like a line of its own, and
 * takes out the spaces that a piece begins with.  A user name of that length
 * can so make a line of any words.  It takes three pieces at most, since the
 * servers write no more than 1024 bytes at once, and a logger writes the pieces
 * of a line one after the other, though the last of them perhaps much later.
 * Neither a long line nor the two after it, of the same tag, can be believed.
 * All zero to begin with.
 */
struct courier_log {
	struct {
		uint64_t key; /* of a tag */
		uint8_t left; /* lines that may be pieces; 0: free */
	} tags[COURIER_LOG_TAGS];
	size_t pending; /* of these that are not free */
	uint64_t host;  /* whose password server was away */
	int64_t away;   /* when it last was */
};

/* Is the message long enough to be a piece that more follow? */
bool courier_log_is_cut(size_t message_len);

/*
 * Told of each line of a tag of Courier's while some are pending, and of each
 * that is cut, return whether it is a whole line.
 */
bool courier_log_is_whole(struct courier_log *, uint64_t key,
    size_t message_len);

/*
 * While authdaemond is away, Courier tells every client that its password was
 * wrong, and the log as well, beside that it could not ask.  For a minute after
 * it said so no failure to log in on that log host is believed.
 */
void courier_log_saw_away(struct courier_log *, uint64_t host, int64_t time);
bool courier_log_is_away(const struct courier_log *, uint64_t host,
    int64_t time);

#endif
