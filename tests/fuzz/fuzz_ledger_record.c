/* What decodes is within bounds and encodes to the very same bytes. */
#include <stdlib.h>
#include <string.h>

#include "ledger_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t record[LEDGER_RECORD_LEN], mark[LEDGER_MARK_LEN];
	struct ledger_mark m;
	struct ban b;

	if (ledger_record_decode(data, len, &b) == 0) {
		ledger_record_encode(&b, record);
		if (!ledger_record_is_valid(&b) || len != sizeof(record) ||
		    memcmp(record, data, len) != 0)
			abort();
	}
	if (ledger_mark_decode(data, len, &m) == 0) {
		ledger_mark_encode(&m, mark);
		if (len != sizeof(mark) || memcmp(mark, data, len) != 0)
			abort();
	}
	/* Any bytes as a ban: it is either refused or comes back. */
	if (len == sizeof(b)) {
		memcpy(&b, data, len);
		ledger_record_encode(&b, record);
		if (ledger_record_is_valid(&b) !=
		    (ledger_record_decode(record, sizeof(record), &b) == 0))
			abort();
	}
	return 0;
}
