/* smtpbanctl metrics: what the daemon measures, for Prometheus. */
#include <stdio.h>

#include "client.h"
#include "command.h"

int
command_metrics(const struct invocation *v)
{
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, CTL_METRICS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	if (a.text != NULL)
		fputs(a.text, stdout);
	client_free(&a);
	return COMMAND_OK;
}
