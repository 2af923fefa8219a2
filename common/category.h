/* The kinds of failure that are counted, and why a ban was made. */
#ifndef SMTPBAN_CATEGORY_H
#define SMTPBAN_CATEGORY_H

/* Values are stored in the ledger: never renumber. */
enum category {
	CATEGORY_NONE =
	    0, /* in a threshold table: all that have none of their own */
	CATEGORY_AUTH = 1,
	CATEGORY_RELAY = 2,
	CATEGORY_UNKNOWN_USER = 3,
	CATEGORY_RBL = 4,
	CATEGORY_PROTOCOL = 5,
	CATEGORY_PROBE = 6,
	CATEGORY_POLICY = 7,
	CATEGORY_MANUAL = 8, /* banned by hand; never counted */
};
#define CATEGORY_COUNT 9

/* "auth", "unknown-user", ..., "manual"; "none" for anything else. */
const char *category_name(unsigned);

/* The counted category (not manual) of that name, or CATEGORY_NONE. */
enum category category_parse(const char *);

#endif
