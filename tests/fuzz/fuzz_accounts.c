/*
 * The table of accounts under any failures, by the side of all their numbers:
 * each of its own is as near as it claims to be, and together none is lost.
 */
#include <stdio.h>

#include "accounts.h"
#include "input.h"

#define EPOCH 1700000000
#define NAMES 4096

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Names by their number, and how often each failed. */
static uint64_t failures[NAMES];

static void
fail_names(struct accounts *a, unsigned first, unsigned names, uint32_t n)
{
	static const struct prefix client = { .addr = { 192, 0, 2, 7 },
		.family = PREFIX_INET,
		.len = 32 };
	char name[16];
	int len;

	for (; names > 0; names--, first++) {
		first %= NAMES;
		len = snprintf(name, sizeof(name), "u%u", first);
		accounts_fail(a, name, (size_t)len, &client, EPOCH, n);
		failures[first] += n;
	}
}

static void
check_account(const struct ctl_account_record *r)
{
	unsigned number;

	must(sscanf(r->user, "u%u", &number) == 1 && number < NAMES);
	must(r->failures >= r->error);
	must(failures[number] <= r->failures);
	must(failures[number] >= r->failures - r->error);
	must(r->clients == 1 && r->networks == 1);
}

static void
check_accounts(const struct accounts *a)
{
	static uint16_t order[ACCOUNTS_MAX];
	struct ctl_account_record r;
	uint64_t sum = 0, before = UINT64_MAX;
	size_t n = accounts_order(a, order), i;

	must(n <= ACCOUNTS_MAX);
	for (i = 0; i < n; i++) {
		must(accounts_get(a, order[i], &r));
		check_account(&r);
		must(r.failures <= before);
		before = r.failures;
		sum += r.failures;
	}
	for (i = 0; i < NAMES; i++)
		sum -= failures[i];
	must(sum == 0); /* Space-Saving loses none */
	must(!accounts_get(a, (unsigned)n, &r));
}

static void
try_accounts(struct input in)
{
	struct accounts *a = accounts_new();
	unsigned first, names, turns;

	must(a != NULL);
	memset(failures, 0, sizeof(failures));
	for (turns = 0; in.left > 0 && turns < 12; turns++) {
		first = input_byte(&in) << 4;
		names = input_byte(&in);
		names = (names & 0x80) != 0 ? (names & 0x7f) * 8 : 1;
		fail_names(a, first, names, 1 + input_byte(&in));
	}
	check_accounts(a);
	accounts_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_accounts((struct input){ data, size });
	return 0;
}
