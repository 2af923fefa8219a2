/* The control socket: where the daemon listens and smtpbanctl connects. */
#ifndef SMTPBAN_CTL_SOCKET_H
#define SMTPBAN_CTL_SOCKET_H

#define CTL_GROUP "smtpban" /* its members may ask */

/*
 * A SOCK_SEQPACKET connection to the socket at path, close-on-exec and
 * blocking.  To connect, to send and to receive each wait no longer than so
 * many seconds, and end with EAGAIN then.  Returns it, or -1 with errno
 * (ENAMETOOLONG too).
 */
int ctl_connect(const char *path, int seconds);

/*
 * Listen at path, non-blocking, for root and CTL_GROUP (for root alone where
 * there is no such group); the last folder of the path is made if it is
 * missing.  A socket left behind is replaced; where somebody still answers
 * after a second: EADDRINUSE.  Returns the socket, or -1 with errno.
 */
int ctl_listen(const char *path);

#endif
