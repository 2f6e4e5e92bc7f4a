/* SPDX-License-Identifier: MIT */
/* In the child: the terminal that it gets (termios(3), ioctl_tty(2)). */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/ttydefaults.h>
#include <termios.h>
#include <unistd.h>

#include "daemon/process/child.h"

void terminal_hang_up(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	(void)ioctl(fd, TIOCVHANGUP);
	close(fd);
}

void terminal_reset(int fd)
{
	struct termios t;

	(void)ioctl(fd, TIOCNXCL);
	if (tcgetattr(fd, &t) < 0)
		return;
	t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | ISTRIP | INLCR | IGNCR | IUCLC);
	t.c_iflag |= ICRNL | IMAXBEL | IUTF8;
	t.c_oflag |= ONLCR | OPOST;
	t.c_cflag |= CREAD;
	t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	t.c_cc[VINTR] = CINTR;
	t.c_cc[VQUIT] = CQUIT;
	t.c_cc[VERASE] = CERASE;
	t.c_cc[VKILL] = CKILL;
	t.c_cc[VEOF] = CEOF;
	t.c_cc[VSTART] = CSTART;
	t.c_cc[VSTOP] = CSTOP;
	t.c_cc[VSUSP] = CSUSP;
	t.c_cc[VLNEXT] = CLNEXT;
	t.c_cc[VWERASE] = CWERASE;
	t.c_cc[VREPRINT] = CRPRNT;
	t.c_cc[VEOL] = t.c_cc[VEOL2] = 0;
	t.c_cc[VTIME] = 0;
	t.c_cc[VMIN] = 1;
	(void)tcsetattr(fd, TCSANOW, &t);
	(void)tcflush(fd, TCIOFLUSH);
}

void terminal_set_size(int fd, unsigned rows, unsigned columns)
{
	struct winsize size;

	if ((!rows && !columns) || ioctl(fd, TIOCGWINSZ, &size) < 0)
		return;
	if (rows)
		size.ws_row = (unsigned short)rows;
	if (columns)
		size.ws_col = (unsigned short)columns;
	(void)ioctl(fd, TIOCSWINSZ, &size);
}
