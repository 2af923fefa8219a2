#include <string.h>

#include "tail_queue.h"

void
tail_queue_insert(struct tail_queue *q, unsigned at, const struct tail_file *f)
{
	memmove(&q->files[at + 1], &q->files[at],
	    (q->n - at) * sizeof(q->files[0]));
	q->files[at] = *f;
	q->n++;
}

void
tail_queue_insert_by_time(struct tail_queue *q, unsigned from,
    const struct tail_file *f)
{
	while (from < q->n && !tail_file_is_newer(&q->files[from], f))
		from++;
	tail_queue_insert(q, from, f);
}

void
tail_queue_remove(struct tail_queue *q, unsigned at)
{
	q->n--;
	memmove(&q->files[at], &q->files[at + 1],
	    (q->n - at) * sizeof(q->files[0]));
}

void
tail_queue_close(struct tail_queue *q, unsigned at)
{
	tail_file_close(&q->files[at]);
	tail_queue_remove(q, at);
}

unsigned
tail_queue_find(const struct tail_queue *q, const struct tail_file *f)
{
	unsigned i;

	for (i = 0; i < q->n; i++)
		if (q->files[i].dev == f->dev && q->files[i].ino == f->ino)
			break;
	return i;
}

bool
tail_queue_is_leaving(const struct tail_queue *q, unsigned at)
{
	const struct tail_file *f = &q->files[at];

	if (at + 1 == q->n)
		return false;
	if (f->copy || at + 2 < q->n)
		return true;
	return f[1].offset > 0 && !tail_file_is_named(f);
}

uint64_t
tail_queue_behind(const struct tail_queue *q)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < q->n; i++)
		sum += tail_file_behind(&q->files[i]);
	return sum;
}
