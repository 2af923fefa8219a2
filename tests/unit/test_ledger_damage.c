/* Damaged, missing and foreign files. */
#include <fcntl.h>
#include <gdbm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_fixture.h"
#include "ledger_record.h"

static void
overwrite(const char *file, off_t at, const void *bytes, size_t len)
{
	int fd = open(file, O_WRONLY);

	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, bytes, len, at), len);
	close(fd);
}

/* The key that begins with a text, or else the text; to be freed. */
static datum
find_key(GDBM_FILE db, const char *text)
{
	size_t len = strlen(text);
	datum key, next;

	for (key = gdbm_firstkey(db); key.dptr != NULL; key = next) {
		if ((size_t)key.dsize > len && key.dptr[len] == ' ' &&
		    memcmp(key.dptr, text, len) == 0)
			return key;
		next = gdbm_nextkey(db, key);
		free(key.dptr);
	}
	key.dptr = strdup(text);
	key.dsize = (int)len;
	return key;
}

/* Change a file behind the module's back; the mark stays as it was. */
static void
tamper(const char *file, const char *text, const void *value, int len)
{
	datum v = { (char *)value, len }, key;
	GDBM_FILE db = gdbm_open(file, 0, GDBM_WRITER, 0, NULL);

	assert_non_null(db);
	key = find_key(db, text);
	if (value == NULL)
		assert_int_equal(gdbm_delete(db, key), 0);
	else
		assert_int_equal(gdbm_store(db, key, v, GDBM_REPLACE), 0);
	free(key.dptr);
	gdbm_close(db);
}

static void
test_file_taken_away_is_made_anew(void **state)
{
	int i;

	(void)state;
	fill_and_close(100, 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(unlink(path[i]), 0);
		open_and_close();
		assert_seen(100, 1);
		assert_int_equal(damaged, 0);
		assert_true(fixture_size(path[i]) > 0);
	}
}

static void
test_files_removed_or_replaced_while_in_use_are_made_anew(void **state)
{
	struct ledger *l = fixture_open();
	int i;

	(void)state;
	fixture_fill(l, 0, 20, 1);
	fixture_fill(l, 0, 20, 2);
	for (i = 0; i < 2; i++)
		assert_int_equal(unlink(path[i]), 0);
	fixture_fill(l, 20, 21, 2);
	abandon(l);
	l = fixture_open();
	assert_seen(21, 2);
	assert_int_equal(damaged, 0);
	fixture_fill(l, 0, 21, 3);
	fixture_fill(l, 0, 21, 4);
	for (i = 0; i < 2; i++) { /* as if it came back from a backup */
		assert_int_equal(unlink(path[i]), 0);
		fixture_copy("/dev/null", path[i]);
	}
	fixture_fill(l, 0, 21, 5);
	abandon(l);
	l = fixture_open();
	assert_seen(21, 5);
	ledger_close(l);
}

static void
test_emptied_file_is_made_anew(void **state)
{
	int i;

	(void)state;
	fill_and_close(100, 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(truncate(path[i], 0), 0);
		open_and_close();
		assert_seen(100, 1);
		assert_int_equal(damaged, 0);
	}
}

static void
damage_at_random(const char *file)
{
	static const uint8_t page[4096];
	off_t size = fixture_size(file), at = random() % size;
	uint8_t byte;
	int i;

	switch (random() % 4) {
	case 0:
		assert_int_equal(truncate(file, at), 0);
		break;
	case 1:
		overwrite(file, at & ~(off_t)4095, page, sizeof(page));
		break;
	case 2:
		for (i = 0; i < 100; i++) {
			byte = (uint8_t)random();
			overwrite(file, random() % size, &byte, 1);
		}
		break;
	default:
		byte = (uint8_t)random();
		overwrite(file, at, &byte, 1);
	}
}

static void
test_random_damage_of_one_file_loses_nothing(void **state)
{
	char good[2][96];
	int i, round;

	(void)state;
	fill_and_close(200, 1);
	for (i = 0; i < 2; i++) {
		snprintf(good[i], sizeof(good[i]), "%s/good%d", dir, i);
		fixture_copy(path[i], good[i]);
	}
	srandom(1);
	for (round = 0; round < 300; round++) {
		fixture_copy(good[0], path[0]);
		fixture_copy(good[1], path[1]);
		damage_at_random(path[round % 2]);
		open_and_close();
		assert_seen(200, 1);
		assert_int_equal(damaged, 0);
	}
}

static void
test_record_missing_from_a_file_is_noticed(void **state)
{
	char key[PREFIX_STRLEN];
	struct ban b = model_ban(3, 1);

	(void)state;
	fill_and_close(20, 1);
	tamper(path[0], prefix_format(&b.prefix, key), NULL, 0);
	open_and_close();
	assert_seen(20, 1);
	assert_non_null(strstr(logged, "made anew"));
}

static void
test_record_of_an_older_commit_is_noticed(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN];
	char key[PREFIX_STRLEN];
	struct ban b = model_ban(3, 1);
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 2);
		ledger_record_encode(&b, record); /* well formed, but stale */
		tamper(path[i], prefix_format(&b.prefix, key), record,
		    sizeof(record));
		open_and_close();
		assert_seen(20, 2);
		open_and_close();
		assert_seen(20, 2);
	}
}

static void
test_record_under_a_false_key_is_noticed(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN];
	char key[PREFIX_STRLEN];
	struct ban b = model_ban(18, 1), other = model_ban(21, 1);
	int i;

	(void)state;
	ledger_record_encode(&b, record);
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 1);
		tamper(path[i], prefix_format(&b.prefix, key), NULL, 0);
		tamper(path[i], prefix_format(&other.prefix, key), record,
		    sizeof(record));
		open_and_close();
		assert_seen(20, 1);
	}
}

static void
test_record_too_much_is_noticed(void **state)
{
	uint8_t record[LEDGER_RECORD_LEN];
	char key[PREFIX_STRLEN];
	struct ban b = model_ban(400, 1);
	int i;

	(void)state;
	ledger_record_encode(&b, record);
	for (i = 0; i < 2; i++) {
		fill_and_close(20, 1);
		tamper(path[i], prefix_format(&b.prefix, key), record,
		    sizeof(record));
		open_and_close();
		assert_seen(20, 1);
	}
}

static void
test_key_of_no_ban_is_noticed(void **state)
{
	(void)state;
	fill_and_close(20, 1);
	tamper(path[0], "what", "is this", 7);
	open_and_close();
	assert_seen(20, 1);
	assert_non_null(strstr(logged, "made anew"));
}

static void
test_newest_whole_file_wins(void **state)
{
	struct ledger *l = fixture_open();
	int i;

	(void)state;
	fixture_fill(l, 0, 20, 1);
	for (i = 2; i < 6; i++) { /* so that each file is the newest once */
		fixture_fill(l, 0, 20, (uint32_t)i);
		abandon(l);
		l = fixture_open();
		assert_seen(20, (uint32_t)i);
	}
	ledger_close(l);
}

static void
test_damaged_newest_leaves_the_commit_before(void **state)
{
	struct ledger *l = fixture_open();

	(void)state;
	fixture_fill(l, 0, 20, 1); /* to the second file */
	fixture_fill(l, 0, 20, 2); /* to the first */
	abandon(l);
	assert_int_equal(truncate(path[0], 6000), 0);
	open_and_close();
	assert_seen(20, 1);
	assert_int_equal(damaged, 0);
}

static void
test_both_damaged_gives_what_can_be_read(void **state)
{
	static const char junk[256];
	int i;

	(void)state;
	fill_and_close(2000, 1);
	for (i = 0; i < 2; i++)
		overwrite(path[i], 0, junk, sizeof(junk));
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_seen(2000, 1); /* no record itself was hit */
	assert_int_equal(count_names("bans.db.damaged-20"), 2);
	assert_int_equal(count_names("bans"), 5); /* with the lock */
	open_and_close();
	assert_seen(2000, 1);
	assert_int_equal(damaged, 0);
}

static void
test_random_damage_of_both_files_invents_nothing(void **state)
{
	char good[2][96];
	size_t i;
	int round, whole = 0;

	(void)state;
	fill_and_close(200, 1);
	for (i = 0; i < 2; i++) {
		snprintf(good[i], sizeof(good[i]), "%s/good%zu", dir, i);
		fixture_copy(path[i], good[i]);
	}
	srandom(2);
	for (round = 0; round < 100; round++) {
		fixture_copy(good[0], path[0]);
		fixture_copy(good[1], path[1]);
		damage_at_random(path[0]);
		damage_at_random(path[1]);
		open_and_close();
		for (i = 0; i < nseen; i++) {
			assert_int_equal(seen[i].count, 1);
			if (i > 0)
				assert_true(prefix_cmp(&seen[i - 1].prefix,
						&seen[i].prefix) < 0);
		}
		if (damaged == 0)
			assert_seen(200, 1);
		whole += nseen == 200;
		if (damaged)
			assert_int_equal(count_names("damaged"), 2);
		fixture_remove("damaged");
	}
	assert_true(whole > 50);
}

/* With the later records in either file. */
static void
later_record_wins(unsigned commits)
{
	static const char junk[256];
	struct ledger *l = fixture_open();
	struct ban b = model_ban(0, 9);
	unsigned i;

	for (i = 0; i < commits; i++)
		fixture_fill(l, 0, 20, 5 + i);
	b.state = BAN_ENDED;
	b.released = b.since + 100;
	assert_int_equal(fixture_put(l, &b), 0);
	fixture_fill(l, 1, 20, 9);
	abandon(l);
	for (i = 0; i < 2; i++)
		overwrite(path[i], 0, junk, sizeof(junk));
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_int_equal(nseen, 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(seen[i].count, 9);
		if (prefix_cmp(&seen[i].prefix, &b.prefix) == 0)
			assert_memory_equal(&seen[i], &b, sizeof(b));
	}
}

static void
test_later_record_wins_in_the_second_file(void **state)
{
	(void)state;
	later_record_wins(2);
}

static void
test_later_record_wins_in_the_first_file(void **state)
{
	(void)state;
	later_record_wins(3);
}

static void
test_emptied_files_are_kept_and_told(void **state)
{
	(void)state;
	fill_and_close(20, 1);
	assert_int_equal(truncate(path[0], 0), 0);
	assert_int_equal(truncate(path[1], 0), 0);
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_int_equal(nseen, 0);
	assert_int_equal(count_names("damaged"), 2);
}

static void
test_records_are_found_wherever_they_lie(void **state)
{
	static const char junk[1000];
	int fd;

	(void)state;
	fill_and_close(5000, 1);
	fd = open(path[0], O_WRONLY | O_TRUNC);
	assert_true(fd != -1);
	assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
	fixture_append(fd, path[1]);
	close(fd);
	assert_int_equal(unlink(path[1]), 0);
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_seen(5000, 1);
}

static void
test_lone_damaged_file_is_kept_and_read(void **state)
{
	static const char junk[256];

	(void)state;
	fill_and_close(5000, 1);
	assert_int_equal(unlink(path[0]), 0);
	overwrite(path[1], 0, junk, sizeof(junk));
	open_and_close();
	assert_int_equal(damaged, 1);
	assert_seen(5000, 1);
	assert_int_equal(count_names("damaged"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_taken_away_is_made_anew),
		TEST(test_files_removed_or_replaced_while_in_use_are_made_anew),
		TEST(test_emptied_file_is_made_anew),
		TEST(test_random_damage_of_one_file_loses_nothing),
		TEST(test_record_missing_from_a_file_is_noticed),
		TEST(test_record_of_an_older_commit_is_noticed),
		TEST(test_record_under_a_false_key_is_noticed),
		TEST(test_record_too_much_is_noticed),
		TEST(test_key_of_no_ban_is_noticed),
		TEST(test_newest_whole_file_wins),
		TEST(test_damaged_newest_leaves_the_commit_before),
		TEST(test_both_damaged_gives_what_can_be_read),
		TEST(test_random_damage_of_both_files_invents_nothing),
		TEST(test_later_record_wins_in_the_first_file),
		TEST(test_later_record_wins_in_the_second_file),
		TEST(test_emptied_files_are_kept_and_told),
		TEST(test_records_are_found_wherever_they_lie),
		TEST(test_lone_damaged_file_is_kept_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
