#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "prefix.h"

#define MAPPED_LEN 96 /* of ::ffff:0:0/96; the IPv4 address follows */

struct range {
	struct prefix prefix;
	const char *name;
};

/*
 * In the order of their names' weight: the first that overlaps is named.
 * Of IPv6 only 2000::/3 (global unicast) and fc00::/7 (unique local) are in
 * use for clients; the "reserved" ranges are all the rest.
 */
static const struct range special[] = {
	/* clang-format off */
	{ { { 0 }, PREFIX_INET, 8, { 0 } }, "unspecified" },
	{ { { 127 }, PREFIX_INET, 8, { 0 } }, "loopback" },
	{ { { 169, 254 }, PREFIX_INET, 16, { 0 } }, "link-local" },
	{ { { 224 }, PREFIX_INET, 4, { 0 } }, "multicast" },
	{ { { 240 }, PREFIX_INET, 4, { 0 } }, "reserved" },
	{ { { 0 }, PREFIX_INET6, 128, { 0 } }, "unspecified" },
	{ { { [15] = 1 }, PREFIX_INET6, 128, { 0 } }, "loopback" },
	{ { { [10] = 0xff, 0xff }, PREFIX_INET6, MAPPED_LEN, { 0 } },
	    "IPv4-mapped" },
	{ { { 0x00, 0x64, 0xff, 0x9b }, PREFIX_INET6, 96, { 0 } }, "NAT64" },
	{ { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, PREFIX_INET6, 48, { 0 } },
	    "NAT64" },
	{ { { 0xfe, 0x80 }, PREFIX_INET6, 10, { 0 } }, "link-local" },
	{ { { 0xff }, PREFIX_INET6, 8, { 0 } }, "multicast" },
	{ { { 0x00 }, PREFIX_INET6, 3, { 0 } }, "reserved" },
	{ { { 0x40 }, PREFIX_INET6, 2, { 0 } }, "reserved" },
	{ { { 0x80 }, PREFIX_INET6, 2, { 0 } }, "reserved" },
	{ { { 0xc0 }, PREFIX_INET6, 3, { 0 } }, "reserved" },
	{ { { 0xe0 }, PREFIX_INET6, 4, { 0 } }, "reserved" },
	{ { { 0xf0 }, PREFIX_INET6, 5, { 0 } }, "reserved" },
	{ { { 0xf8 }, PREFIX_INET6, 6, { 0 } }, "reserved" },
	{ { { 0xfe }, PREFIX_INET6, 8, { 0 } }, "reserved" },
	/* clang-format on */
};

static const struct range private[] = {
	{ { { 10 }, PREFIX_INET, 8, { 0 } }, "RFC 1918" },
	{ { { 172, 16 }, PREFIX_INET, 12, { 0 } }, "RFC 1918" },
	{ { { 192, 168 }, PREFIX_INET, 16, { 0 } }, "RFC 1918" },
	{ { { 100, 64 }, PREFIX_INET, 10, { 0 } }, "RFC 6598" },
	{ { { 0xfc }, PREFIX_INET6, 7, { 0 } }, "RFC 4193" },
};

static const char *
range_find(const struct range *r, size_t n, const struct prefix *p)
{
	for (; n > 0; n--, r++)
		if (prefix_overlaps(&r->prefix, p))
			return r->name;
	return NULL;
}

/*
 * Four decimal numbers and nothing else.  By hand, because this runs for each
 * line of the log.  A leading zero is refused: some read it as octal.
 */
static int
inet_parse(const char *s, size_t n, uint8_t out[4])
{
	const char *end = s + n;
	const char *first;
	unsigned i, v;

	for (i = 0; i < 4; i++) {
		if (i > 0 && (s == end || *s++ != '.'))
			return -1;
		first = s;
		for (v = 0; s < end && *s >= '0' && *s <= '9'; s++) {
			v = v * 10 + (unsigned)(*s - '0');
			if (v > 255 || (s > first && *first == '0'))
				return -1;
		}
		if (s == first)
			return -1;
		out[i] = (uint8_t)v;
	}
	return s == end ? 0 : -1;
}

static int
inet6_parse(const char *s, size_t n, uint8_t out[16])
{
	char buf[INET6_ADDRSTRLEN];

	if (n >= sizeof(buf) || memchr(s, '\0', n) != NULL)
		return -1;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return inet_pton(AF_INET6, buf, out) == 1 ? 0 : -1;
}

/* An address as it is written; p is changed only on success. */
static int
addr_parse(const char *s, size_t n, struct prefix *p)
{
	uint8_t addr[16];

	if (inet_parse(s, n, addr) == 0)
		prefix_from_bytes(p, PREFIX_INET, addr, 32);
	else if (inet6_parse(s, n, addr) == 0)
		prefix_from_bytes(p, PREFIX_INET6, addr, 128);
	else
		return -1;
	return 0;
}

static void
prefix_unmap(struct prefix *p)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	uint8_t addr[4];

	if (p->family != PREFIX_INET6 || p->len < MAPPED_LEN ||
	    memcmp(p->addr, mapped, sizeof(mapped)) != 0)
		return;
	memcpy(addr, p->addr + sizeof(mapped), sizeof(addr));
	prefix_from_bytes(p, PREFIX_INET, addr, p->len - MAPPED_LEN);
}

/* One to three digits; strtonum(3) would take a sign and white space too. */
static const char *
length_parse(const char *s, struct prefix *p)
{
	unsigned len = 0;
	size_t i;

	for (i = 0; s[i] >= '0' && s[i] <= '9' && i < 3; i++)
		len = len * 10 + (unsigned)(s[i] - '0');
	if (i == 0 || (s[i] != '\0' && (s[i] < '0' || s[i] > '9')))
		return "prefix length is not a number";
	if (s[i] != '\0' || len > prefix_maxlen(p))
		return p->family == PREFIX_INET ? "prefix length over 32" :
						  "prefix length over 128";
	p->len = (uint8_t)len;
	return NULL;
}

/* Say which network was meant, perhaps. */
static const char *
host_bits_error(struct prefix *p)
{
	static char error[PREFIX_STRLEN + 48];
	char text[PREFIX_STRLEN];

	prefix_widen(p, p->len);
	(void)snprintf(error, sizeof(error),
	    "host bits are set (did you mean %s?)", prefix_format(p, text));
	return error;
}

const char *
prefix_parse(const char *s, struct prefix *out)
{
	struct prefix p;
	const char *slash = strchr(s, '/');
	const char *error;

	if (addr_parse(s, slash != NULL ? (size_t)(slash - s) : strlen(s),
		&p) == -1)
		return strpbrk(s, "ghijklmnopqrstuvwxyz") == NULL ||
			strchr(s, ':') != NULL ?
		    "not an address" :
		    "not an address, and names are not looked up";
	if (slash != NULL) {
		error = length_parse(slash + 1, &p);
		if (error != NULL)
			return error;
		if (!prefix_is_valid(&p))
			return host_bits_error(&p);
	}
	prefix_unmap(&p);
	*out = p;
	return NULL;
}

int
prefix_parse_addr(const char *s, size_t n, struct prefix *p)
{
	if (addr_parse(s, n, p) == -1)
		return -1;
	prefix_unmap(p);
	return 0;
}

void
prefix_from_bytes(struct prefix *p, enum prefix_family family, const void *addr,
    unsigned len)
{
	memset(p, 0, sizeof(*p));
	memcpy(p->addr, addr, family == PREFIX_INET ? 4 : 16);
	p->family = (uint8_t)family;
	/* A length out of range must stay so, and not wrap to a wide one. */
	p->len = len > UINT8_MAX ? UINT8_MAX : (uint8_t)len;
}

const char *
prefix_format(const struct prefix *p, char buf[PREFIX_STRLEN])
{
	int af = p->family == PREFIX_INET ? AF_INET : AF_INET6;
	size_t n;

	if (inet_ntop(af, p->addr, buf, PREFIX_STRLEN) == NULL)
		buf[0] = '\0';
	if (p->len != prefix_maxlen(p)) {
		n = strlen(buf);
		(void)snprintf(buf + n, PREFIX_STRLEN - n, "/%u",
		    (unsigned)p->len);
	}
	return buf;
}

unsigned
prefix_maxlen(const struct prefix *p)
{
	return p->family == PREFIX_INET ? 32 : 128;
}

unsigned
prefix_network_len(const struct prefix *p)
{
	return p->family == PREFIX_INET ? 24 : 48;
}

void
prefix_widen(struct prefix *p, unsigned len)
{
	unsigned i;

	if (len < p->len)
		p->len = (uint8_t)len;
	i = p->len / 8;
	if (p->len % 8 != 0) {
		p->addr[i] &= (uint8_t)(0xff << (8 - p->len % 8));
		i++;
	}
	for (; i < sizeof(p->addr); i++)
		p->addr[i] = 0;
}

bool
prefix_is_valid(const struct prefix *p)
{
	struct prefix clean = *p;

	if (p->family != PREFIX_INET && p->family != PREFIX_INET6)
		return false;
	if (p->len > prefix_maxlen(p))
		return false;
	prefix_widen(&clean, p->len);
	memset(clean.zero, 0, sizeof(clean.zero));
	return memcmp(&clean, p, sizeof(clean)) == 0;
}

bool
prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	unsigned whole = outer->len / 8, rest = outer->len % 8;

	if (outer->family != inner->family || outer->len > inner->len)
		return false;
	if (memcmp(outer->addr, inner->addr, whole) != 0)
		return false;
	return rest == 0 ||
	    (outer->addr[whole] ^ inner->addr[whole]) >> (8 - rest) == 0;
}

bool
prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, b) || prefix_contains(b, a);
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int c;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	c = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (c != 0)
		return c < 0 ? -1 : 1;
	return (a->len > b->len) - (a->len < b->len);
}

const char *
prefix_special(const struct prefix *p)
{
	return range_find(special, sizeof(special) / sizeof(special[0]), p);
}

bool
prefix_is_private(const struct prefix *p)
{
	return range_find(private, sizeof(private) / sizeof(private[0]), p) !=
	    NULL;
}
