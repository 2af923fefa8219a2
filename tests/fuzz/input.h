/* The bytes of an input, taken apart from its beginning; 0 behind its end. */
#ifndef SMTPBAN_FUZZ_INPUT_H
#define SMTPBAN_FUZZ_INPUT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prefix.h"

struct input {
	const uint8_t *p;
	size_t left;
};

/* What must hold, holds; else the fuzzer keeps the input. */
static inline void
must(bool holds)
{
	if (!holds)
		abort();
}

static inline unsigned
input_byte(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static inline uint32_t
input_number(struct input *in)
{
	uint32_t n = input_byte(in);

	n = n << 8 | input_byte(in);
	n = n << 8 | input_byte(in);
	return n << 8 | input_byte(in);
}

/* The next bytes, as many as there are of n. */
static inline const uint8_t *
input_bytes(struct input *in, size_t *n)
{
	const uint8_t *p = in->p;

	if (*n > in->left)
		*n = in->left;
	in->p += *n;
	in->left -= *n;
	return p;
}

/* Into a struct: what is missing is 0. */
static inline void
input_fill(struct input *in, void *to, size_t size)
{
	size_t n = size;
	const uint8_t *p = input_bytes(in, &n);

	memset(to, 0, size);
	if (n > 0)
		memcpy(to, p, n);
}

/* A valid prefix; of a few that meet, and lie in each other, again and again. */
static inline void
input_prefix(struct input *in, struct prefix *p)
{
	static const uint8_t inet[4] = { 198, 51, 100 };
	static const uint8_t inet6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	unsigned how = input_byte(in), what = input_byte(in);

	memset(p, 0, sizeof(*p));
	if ((how & 1) == 0) {
		memcpy(p->addr, inet, sizeof(inet));
		p->addr[3] = (uint8_t)(what << (how >> 6));
		p->family = PREFIX_INET;
		p->len = 32;
		prefix_widen(p, 32 - (how >> 1 & 15));
	} else {
		memcpy(p->addr, inet6, sizeof(inet6));
		p->addr[7] = (uint8_t)what;
		p->addr[15] = (uint8_t)(what >> 4);
		p->family = PREFIX_INET6;
		p->len = 128;
		prefix_widen(p, 128 - (how >> 1 & 7) * 16);
	}
	must(prefix_is_valid(p));
}

#endif
