/* A writer of correct JSON (RFC 8259), in ASCII only. */
#ifndef SMTPBAN_JSON_H
#define SMTPBAN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "prefix.h"

#define JSON_DEPTH_MAX 8

struct json {
	FILE *out;
	unsigned depth;
	char closing[JSON_DEPTH_MAX]; /* '}' or ']', the outermost first */
	bool begun[JSON_DEPTH_MAX];   /* has a value already */
};

/*
 * The key is NULL for the values of an array and for the outermost value.
 * Each value of an outermost array has a line of its own; the outermost
 * value ends with a newline.
 */
void json_begin(struct json *, FILE *);
void json_object(struct json *, const char *key);
void json_array(struct json *, const char *key);
void json_end(struct json *);

/*
 * Text of n bytes.  All but printable ASCII is escaped; a byte that is not
 * UTF-8 becomes the character of that number, \u0080 to \u00ff.
 */
void json_bytes(struct json *, const char *key, const char *, size_t n);
void json_string(struct json *, const char *key, const char *); /* or NULL */
void json_number(struct json *, const char *key, uint64_t);
void json_integer(struct json *, const char *key, int64_t);
void json_bool(struct json *, const char *key, bool);
void json_null(struct json *, const char *key);

/* RFC 3339 in UTC; null for 0 (never) and for BAN_FOR_EVER. */
void json_time(struct json *, const char *key, int64_t);
void json_prefix(struct json *, const char *key, const struct prefix *);

#endif
