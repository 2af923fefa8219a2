/* An entry of the systemd journal: those of its fields that are a log line. */
#ifndef SMTPBAN_ENTRY_H
#define SMTPBAN_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENTRY_MESSAGE_MAX 8192 /* of a longer message the beginning is kept */
#define ENTRY_TAG_MAX     256
#define ENTRY_NUMBER_MAX  24

enum entry_field {
	ENTRY_OTHER, /* one that we do not look at */
	ENTRY_MESSAGE,
	ENTRY_IDENTIFIER,
	ENTRY_SYSLOG_PID,
	ENTRY_PID,
	ENTRY_COMM,
	ENTRY_HOST,
	ENTRY_TIME,        /* when the journal got it */
	ENTRY_SOURCE_TIME, /* when the sender wrote it */
	ENTRY_FIELDS,
};

struct entry {
	unsigned seen; /* a bit for each field */
	bool spoilt;   /* a field twice, or with a value it cannot have */
	uint32_t syslog_pid;
	uint32_t pid;
	int64_t time; /* seconds; 0: not seen */
	int64_t source_time;
	size_t message_len;
	size_t tag_len;
	size_t comm_len;
	size_t host_len;
	char message[ENTRY_MESSAGE_MAX];
	char tag[ENTRY_TAG_MAX];
	char comm[ENTRY_TAG_MAX];
	char host[ENTRY_TAG_MAX];
	char number[ENTRY_NUMBER_MAX]; /* one on its way */
};

void entry_begin(struct entry *);

enum entry_field entry_field(const char *name, size_t n);

/*
 * A field's value is put into entry_room, of *size bytes, and taken from there
 * by entry_take.  n is its whole length: it may be longer than the room, and
 * is then cut.  A field that comes twice spoils the entry: whoever wrote the
 * second one shall not choose which of the two counts.
 */
char *entry_room(struct entry *, enum entry_field, size_t *size);
void entry_take(struct entry *, enum entry_field, size_t n);

/* The field has a value that is no text. */
void entry_spoil(struct entry *, enum entry_field);

/* Is it a message of a program? */
bool entry_is_message(const struct entry *);
int64_t entry_time(const struct entry *); /* 0: none */
uint32_t entry_pid(const struct entry *);
const char *entry_tag(const struct entry *, size_t *n);

#endif
