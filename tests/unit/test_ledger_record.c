#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "category.h"
#include "ledger_record.h"

static struct ban
example(void)
{
	struct ban b;

	memset(&b, 0, sizeof(b));
	assert_null(prefix_parse("2001:db8:1:2::/64", &b.prefix));
	b.state = BAN_ENDED;
	b.category = CATEGORY_MANUAL;
	b.count = UINT32_MAX;
	b.strikes = 0x01020304;
	b.flags = BAN_MANUAL;
	b.since = 0x0102030405060708;
	b.expires = BAN_FOR_EVER;
	b.released = 1764000000;
	b.allowed = 1;
	return b;
}

/* What the module would never write, with a checksum that holds. */
static int
decode_after_encode(const struct ban *b)
{
	uint8_t record[LEDGER_RECORD_LEN];
	struct ban back;

	ledger_record_encode(b, record);
	assert_int_equal(ledger_record_decode(record, sizeof(record), &back),
	    ledger_record_is_valid(b) ? 0 : -1);
	return ledger_record_decode(record, sizeof(record), &back);
}

static void
test_every_value_comes_back(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN];
	struct ban b = example(), back;

	(void)state;
	memset(&back, 0xff, sizeof(back));
	ledger_record_encode(&b, record);
	assert_int_equal(ledger_record_decode(record, sizeof(record), &back),
	    0);
	assert_memory_equal(&b, &back, sizeof(b));
}

static void
test_layout_on_disk_stays(void **state)
{
	static const uint8_t head[] = { 'B', 'A', 'N', 1, 0x20, 0x01, 0x0d,
		0xb8, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 6, 64, 0, 0, 0, 0, 0,
		2, 0, 0, 0, 8, 255, 255, 255, 255, 1, 2, 3, 4, 0, 0, 0, 1, 1, 2,
		3, 4, 5, 6, 7, 8, 0x7f, 255, 255, 255, 255, 255, 255, 255 };
	uint8_t record[LEDGER_RECORD_LEN];
	struct ban b = example();

	(void)state;
	ledger_record_encode(&b, record);
	assert_memory_equal(record, head, sizeof(head));
}

static void
test_returned_checksum_ends_the_record(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN];
	struct ban b = example();
	uint64_t sum, end = 0;
	int i;

	(void)state;
	sum = ledger_record_encode(&b, record);
	for (i = LEDGER_RECORD_LEN - 8; i < LEDGER_RECORD_LEN; i++)
		end = end << 8 | record[i];
	assert_true(sum == end);
	b.count--;
	assert_true(ledger_record_encode(&b, record) != sum);
}

static void
test_every_flipped_bit_is_seen(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN], mark[LEDGER_MARK_LEN];
	struct ledger_mark m = { 7, 100000, UINT64_MAX };
	struct ban b = example();
	unsigned i;

	(void)state;
	ledger_record_encode(&b, record);
	for (i = 0; i < 8 * sizeof(record); i++) {
		record[i / 8] ^= 1U << i % 8;
		assert_int_equal(
		    ledger_record_decode(record, sizeof(record), &b), -1);
		record[i / 8] ^= 1U << i % 8;
	}
	ledger_mark_encode(&m, mark);
	for (i = 0; i < 8 * sizeof(mark); i++) {
		mark[i / 8] ^= 1U << i % 8;
		assert_int_equal(ledger_mark_decode(mark, sizeof(mark), &m),
		    -1);
		mark[i / 8] ^= 1U << i % 8;
	}
	assert_int_equal(ledger_record_decode(record, sizeof(record), &b), 0);
	assert_int_equal(ledger_mark_decode(mark, sizeof(mark), &m), 0);
}

static void
test_every_wrong_length_is_refused(void **state)
{
	uint8_t big[2 * LEDGER_RECORD_LEN] = { 0 };
	struct ledger_mark m = { 1, 0, 0 };
	struct ban b = example();
	size_t len;
	void *exact;

	(void)state;
	ledger_record_encode(&b, big);
	assert_int_equal(ledger_record_decode(big, 0, &b), -1);
	for (len = 1; len <= sizeof(big); len++) {
		exact = malloc(len); /* so that a read past it is seen */
		assert_non_null(exact);
		memcpy(exact, big, len);
		assert_int_equal(ledger_record_decode(exact, len, &b),
		    len == LEDGER_RECORD_LEN ? 0 : -1);
		free(exact);
	}
	ledger_mark_encode(&m, big);
	for (len = 0; len <= sizeof(big); len++)
		assert_int_equal(ledger_mark_decode(big, len, &m),
		    len == LEDGER_MARK_LEN ? 0 : -1);
}

static void
test_mark_comes_back(void **state)
{
	struct ledger_mark m = { 0x0102030405060708, 200000, UINT64_MAX }, back;
	uint8_t mark[LEDGER_MARK_LEN];

	(void)state;
	ledger_mark_encode(&m, mark);
	assert_int_equal(ledger_mark_decode(mark, sizeof(mark), &back), 0);
	assert_memory_equal(&m, &back, sizeof(m));
}

static void
test_prefix_out_of_bounds_is_refused(void **state)
{
	struct ban b;

	(void)state;
	b = example();
	b.prefix.family = 5;
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.prefix.len = 129;
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.prefix.addr[8] = 1; /* a host bit */
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.prefix.zero[1] = 1;
	assert_int_equal(decode_after_encode(&b), -1);
	assert_null(prefix_parse("192.0.2.1", &b.prefix));
	assert_int_equal(decode_after_encode(&b), 0);
	b.prefix.len = 33;
	assert_int_equal(decode_after_encode(&b), -1);
}

static void
test_state_out_of_bounds_is_refused(void **state)
{
	struct ban b = example();

	(void)state;
	b.state = BAN_ACTIVE;
	assert_int_equal(decode_after_encode(&b), 0);
	b.state = BAN_ACTIVE - 1;
	assert_int_equal(decode_after_encode(&b), -1);
	b.state = BAN_FORGOTTEN;
	assert_int_equal(decode_after_encode(&b), -1);
}

static void
test_category_out_of_bounds_is_refused(void **state)
{
	struct ban b = example();

	(void)state;
	b.category = CATEGORY_NONE;
	assert_int_equal(decode_after_encode(&b), 0);
	b.category = CATEGORY_COUNT;
	assert_int_equal(decode_after_encode(&b), -1);
}

static void
test_only_stored_flags_are_believed(void **state)
{
	struct ban b = example();

	(void)state;
	b.flags = 0;
	assert_int_equal(decode_after_encode(&b), 0);
	b.flags = BAN_MANUAL | BAN_FOREIGN;
	assert_int_equal(decode_after_encode(&b), -1);
	b.flags = BAN_UNWRITTEN;
	assert_int_equal(decode_after_encode(&b), -1);
	b.flags = 1U << 31;
	assert_int_equal(decode_after_encode(&b), -1);
}

static void
test_negative_times_are_refused(void **state)
{
	struct ban b;

	(void)state;
	b = example();
	b.since = -1;
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.expires = -1;
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.released = -1;
	assert_int_equal(decode_after_encode(&b), -1);
	b = example();
	b.allowed = INT64_MIN;
	assert_int_equal(decode_after_encode(&b), -1);
}

static void
test_no_strikes_only_where_never_banned(void **state)
{
	struct ban b = example();

	(void)state;
	b.strikes = 0;
	assert_int_equal(decode_after_encode(&b), -1);
	b.since = 0;
	assert_int_equal(decode_after_encode(&b), 0);
	b.state = BAN_ACTIVE;
	assert_int_equal(decode_after_encode(&b), -1);
	b.strikes = 1;
	assert_int_equal(decode_after_encode(&b), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value_comes_back),
		cmocka_unit_test(test_layout_on_disk_stays),
		cmocka_unit_test(test_returned_checksum_ends_the_record),
		cmocka_unit_test(test_every_flipped_bit_is_seen),
		cmocka_unit_test(test_every_wrong_length_is_refused),
		cmocka_unit_test(test_mark_comes_back),
		cmocka_unit_test(test_prefix_out_of_bounds_is_refused),
		cmocka_unit_test(test_state_out_of_bounds_is_refused),
		cmocka_unit_test(test_category_out_of_bounds_is_refused),
		cmocka_unit_test(test_only_stored_flags_are_believed),
		cmocka_unit_test(test_negative_times_are_refused),
		cmocka_unit_test(test_no_strikes_only_where_never_banned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
