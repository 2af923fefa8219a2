/* Addresses and networks: parsing, printing, comparing, special ranges. */
#ifndef SMTPBAN_PREFIX_H
#define SMTPBAN_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum prefix_family {
	PREFIX_INET = 4,
	PREFIX_INET6 = 6,
};

/*
 * An address is a prefix of full length.  Plain bytes without padding, so it
 * travels in messages and compares with memcmp.
 */
struct prefix {
	uint8_t addr[16]; /* network order; IPv4 in the first four, rest 0 */
	uint8_t family;   /* enum prefix_family */
	uint8_t len;      /* bits: 0..32 or 0..128; host bits are 0 */
	uint8_t zero[2];
};
_Static_assert(sizeof(struct prefix) == 20, "prefix has padding");

/* "2001:db8:.../128", an IPv4 address in dots, or either with a length. */
#define PREFIX_STRLEN 52

/*
 * Read "192.0.2.1", "192.0.2.0/24", "2001:db8::/64" (inet_pton(3) forms).
 * IPv4-mapped addresses become IPv4.  Zones (%eth0) are refused.  Returns
 * NULL, or what is wrong: "not an address", "prefix length over 32", "host bits
 * are set (did you mean 192.0.2.0/24?)"; the text lasts until the next call.
 */
const char *prefix_parse(const char *, struct prefix *);

/*
 * Read one address of exactly n bytes (no NUL needed), as a mail server
 * writes it: no length, no zone, no brackets.  Mapped IPv4 becomes IPv4.
 * Returns 0 or -1.
 */
int prefix_parse_addr(const char *s, size_t n, struct prefix *);

/* From raw network-order bytes, 4 or 16 of them; not masked, not mapped. */
void prefix_from_bytes(struct prefix *, enum prefix_family, const void *,
    unsigned len);

/* Print into buf and return it: a host without length, a network with. */
const char *prefix_format(const struct prefix *, char buf[PREFIX_STRLEN]);

/* 32 or 128. */
unsigned prefix_maxlen(const struct prefix *);

/* 24 or 48: of the widest network that can be told to have one owner. */
unsigned prefix_network_len(const struct prefix *);

/* Widen p to len bits, clearing host bits; a shorter prefix stays. */
void prefix_widen(struct prefix *, unsigned len);

/* Known family, length in range, host bits and filler 0: safe to act on. */
bool prefix_is_valid(const struct prefix *);

/* True if every address of inner is in outer. */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);

/* True if one contains the other. */
bool prefix_overlaps(const struct prefix *, const struct prefix *);

/* Total order: family, address, length (the wider first). */
int prefix_cmp(const struct prefix *, const struct prefix *);

/*
 * The name of the special range that p overlaps ("loopback", "link-local",
 * "multicast", "unspecified", "reserved", ...), or NULL for ordinary unicast.
 * The ranges are those of the IANA special-purpose registries (RFC 6890) that
 * no client on the internet can have; documentation and benchmark networks
 * are ordinary here.
 */
const char *prefix_special(const struct prefix *);

/* Overlaps RFC 1918, CGNAT (RFC 6598) or ULA (RFC 4193) space. */
bool prefix_is_private(const struct prefix *);

#endif
