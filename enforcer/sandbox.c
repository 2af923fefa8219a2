/* What the enforcer gives up once all is open: see spawn.h. */
#include <cap-ng.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "log.h"
#include "spawn.h"

void
sandbox_enter(void)
{
	const struct rlimit none = { 0, 0 };

	capng_clear(CAPNG_SELECT_ALL);
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		CAP_NET_ADMIN, CAP_DAC_READ_SEARCH, -1) != 0 ||
	    capng_apply(CAPNG_SELECT_ALL) != 0)
		fatalx("cannot give up capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		fatal("cannot give up privileges");
}
