/* The bans of smtpban.py are asked for, many at once: one sync for all. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "ctl_socket.h"
#include "old_dbm.h"
#include "show.h"

#define AT_ONCE  32 /* requests; the daemon has places for more of root's */
#define PATIENCE 60 /* seconds without an answer */

struct import {
	const struct invocation *v;
	int64_t now;
	uint64_t imported; /* or banned before; it keeps its times then */
	uint64_t over, refused;
	bool failed; /* the rest is not asked for */
};

static int
import_ask(struct import *i, const struct old_ban *old)
{
	struct ctl_ban request = { .prefix = old->prefix };
	int64_t ago = i->now - old->since;
	int sock;

	request.ago = ago <= 0    ? 0 :
	    ago > MSG_SECONDS_MAX ? MSG_SECONDS_MAX :
				    (uint32_t)ago;
	if ((sock = ctl_connect(i->v->socket, PATIENCE)) != -1 &&
	    channel_send(sock, CTL_BAN, 1, &request, sizeof(request), -1) == 0)
		return sock;
	warn("import: %s", i->v->socket);
	if (sock != -1)
		close(sock);
	i->failed = true;
	return -1;
}

static void
import_take_error(struct import *i, const struct old_ban *old,
    const struct channel_msg *m)
{
	char text[PREFIX_STRLEN];
	struct ctl_error e;

	memcpy(&e, m->payload, sizeof(e));
	e.text[sizeof(e.text) - 1] = '\0';
	if (e.kind == CTL_REFUSED && strcmp(e.text, MSG_OVER) == 0) {
		i->over++;
		return;
	}
	if (e.kind == CTL_REFUSED)
		i->refused++;
	else
		i->failed = true;
	fprintf(stderr, "%s: import %s: ", program_invocation_short_name,
	    prefix_format(&old->prefix, text));
	show_text(stderr, e.text, true);
}

static void
import_answer(struct import *i, const struct old_ban *old, int sock)
{
	static struct channel_msg m;
	int n;

	while ((n = channel_recv_bare(sock, &m)) == 1) {
		if (m.hdr.type == CTL_DONE)
			return;
		if (m.hdr.type == CTL_ERROR &&
		    m.hdr.len == sizeof(struct ctl_error)) {
			import_take_error(i, old, &m);
			return;
		}
		if (m.hdr.type != CTL_BAN_RECORD ||
		    m.hdr.len != sizeof(struct ban))
			break;
		i->imported++;
	}
	if (n == 0)
		warnx("import: smtpband closed the connection, see its log");
	else if (n == 1)
		show_warn_senseless("import");
	else
		warn("import: no answer");
	i->failed = true;
}

static void
import_some(struct import *i, const struct old_ban *old, size_t n)
{
	int sock[AT_ONCE];
	size_t k;

	for (k = 0; k < n; k++)
		sock[k] = i->failed ? -1 : import_ask(i, &old[k]);
	for (k = 0; k < n; k++)
		if (sock[k] != -1) {
			import_answer(i, &old[k], sock[k]);
			close(sock[k]);
		}
}

static void
import_tell(const struct import *i)
{
	struct json j;

	if (i->v->json) {
		json_begin(&j, stdout);
		json_object(&j, NULL);
		json_number(&j, "imported", i->imported);
		json_number(&j, "over", i->over);
		json_number(&j, "refused", i->refused);
		json_end(&j);
	} else if (!i->v->quiet)
		printf("%" PRIu64 " imported, %" PRIu64 " over, %" PRIu64
		       " refused\n",
		    i->imported, i->over, i->refused);
}

int
command_import(const struct invocation *v)
{
	struct import i = { .v = v, .now = v->now };
	struct old_ban *old;
	size_t at, bad, some;
	int n;

	if ((n = old_dbm_read(v->argv[0], &old, &bad)) == -1)
		return COMMAND_FAILED;
	for (at = 0; at < (size_t)n && !i.failed; at += some) {
		some = (size_t)n - at < AT_ONCE ? (size_t)n - at : AT_ONCE;
		import_some(&i, old + at, some);
	}
	import_tell(&i);
	free(old);
	return i.failed || bad > 0 || i.refused > 0 ? COMMAND_FAILED :
						      COMMAND_OK;
}
