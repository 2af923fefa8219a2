/*
 * Messages over a SOCK_SEQPACKET socket, imsg-style: a header, a payload of
 * fixed length, perhaps one descriptor.  The kernel keeps message bounds, so
 * nothing is ever reassembled or allocated from a length field.
 */
#ifndef SMTPBAN_CHANNEL_H
#define SMTPBAN_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#define CHANNEL_PAYLOAD_MAX 4080
#define CHANNEL_BATCH       64 /* most messages in one system call */

struct channel_hdr {
	uint32_t type;
	uint32_t len; /* of the payload */
	uint32_t id;  /* of the request, repeated in its answers; 0: none */
	uint32_t zero;
};
_Static_assert(sizeof(struct channel_hdr) == 16, "channel_hdr has padding");

struct channel_msg {
	struct channel_hdr hdr;
	uint8_t payload[CHANNEL_PAYLOAD_MAX];
	int fd; /* not sent as bytes; -1 when none came along */
};

/*
 * Send one message, with descriptor fd unless it is -1 (the caller keeps his).
 * Returns 0, or -1 with errno; EAGAIN on a non-blocking socket that is full,
 * and then nothing was sent.
 */
int channel_send(int sock, uint32_t type, uint32_t id, const void *payload,
    size_t len, int fd);

/*
 * Send n messages (at most CHANNEL_BATCH) by one sendmmsg(2), without
 * descriptors.  Returns how many went out (0 when the socket is full), or -1
 * with errno.
 */
int channel_send_many(int sock, const struct channel_msg *, unsigned n);

/*
 * Receive one message.  Returns 1, 0 at the end of the stream, -1 with errno:
 * EAGAIN when there is none, EBADMSG when it was cut, its header is false or
 * it brought more than one descriptor (all of them are closed then).  The
 * descriptor is born close-on-exec and is the caller's.
 */
int channel_recv(int sock, struct channel_msg *);

/*
 * The same for a peer that has no descriptor to send: the kernel drops one
 * (EBADMSG).  Who takes it has to close it, and close(2) can be made to wait
 * by whoever serves that file.
 */
int channel_recv_bare(int sock, struct channel_msg *);

#endif
