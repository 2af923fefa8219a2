#include <errno.h>
#include <string.h>

#include "msg_fault.h"

const char *
msg_fault_name(enum msg_fault_kind kind)
{
	static const char *const names[MSG_FAULTS] = {
		[MSG_FAULT_LEDGER] = "ledger not written",
		[MSG_FAULT_ROUTES] = "routes not set",
		[MSG_FAULT_HOST] = "addresses of this host not read",
		[MSG_FAULT_CONF] = "configuration not taken",
	};

	return names[kind];
}

const char *
msg_log_error(int error)
{
	switch (error) {
	case EISDIR:
		return "it is a directory, want a file in it";
	case ENOTSUP:
		return "it is not a regular file";
	default:
		return strerror(error);
	}
}
