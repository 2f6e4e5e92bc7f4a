/* SPDX-License-Identifier: MIT */
/*
 * RemoveIPC=: what a user leaves in shared memory, semaphores and queues (sysvipc(7),
 * shm_overview(7), mq_overview(7)). In a process of its own, for there may be much.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/base/signal_mask.h"
#include "daemon/process/child.h"

struct owner {
	uid_t uid;
	gid_t gid;
};

static bool is_of(const struct owner *o, uid_t uid, gid_t gid)
{
	return uid == o->uid || gid == o->gid;
}

static void remove_shm(int id)
{
	(void)shmctl(id, IPC_RMID, NULL);
}

static void remove_sem(int id)
{
	(void)semctl(id, 0, IPC_RMID);
}

static void remove_msg(int id)
{
	(void)msgctl(id, IPC_RMID, NULL);
}

/* The number in a column; root's where there is none. */
static unsigned column(const char *line, int index)
{
	for (; index > 0; index--) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	return (unsigned)strtoul(line, NULL, 10);
}

/* One kind of System V: each line is an object, its id in the second column. */
static void remove_kind(const struct owner *o, const char *path, int uid_at, void (*remove)(int))
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (!f || !fgets(line, sizeof(line), f)) { /* the heading */
		if (f)
			fclose(f);
		return;
	}
	while (fgets(line, sizeof(line), f))
		if (is_of(o, column(line, uid_at), column(line, uid_at + 1)))
			remove((int)column(line, 1));
	fclose(f);
}

struct search {
	const struct owner *owner;
	unsigned depth; /* how much deeper it goes */
};

static int remove_file(int dir, const char *name, void *data)
{
	struct search *s = data;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	int below = S_ISDIR(st.st_mode) && s->depth ? folder_open(dir, name) : -1;
	if (below >= 0) {
		s->depth--;
		(void)folder_each(below, remove_file, s);
		s->depth++;
	}
	if (is_of(s->owner, st.st_uid, st.st_gid))
		(void)unlinkat(dir, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	return 0;
}

/* Everything of that user in a folder. */
static void remove_files(const struct owner *o, const char *path)
{
	int fd = open(path, O_DIRECTORY | O_CLOEXEC | O_RDONLY);

	if (fd >= 0)
		(void)folder_each(fd, remove_file, &(struct search){o, LIMIT_FOLDER_DEPTH});
}

_Noreturn void ipc_remove(const struct exec_settings *exec, uid_t dynamic_uid)
{
	const struct spawn_request request = {.exec = exec, .dynamic_uid = dynamic_uid};
	struct child c = {.request = &request, .exec = exec};

	signal_to_default(SIGNAL_MASK_ALL);
	(void)signal_mask_set(0, NULL);
	if (child_resolve_user(&c) < 0 || child_resolve_group(&c) < 0)
		_exit(EXIT_USER);
	/* Nobody cleans up after root. */
	const struct owner o = {c.uid, c.gid ? c.gid : (gid_t)-1};
	if (o.uid == 0)
		_exit(EXIT_SUCCESS);
	remove_kind(&o, "/proc/sysvipc/shm", 7, remove_shm);
	remove_kind(&o, "/proc/sysvipc/sem", 4, remove_sem);
	remove_kind(&o, "/proc/sysvipc/msg", 7, remove_msg);
	remove_files(&o, "/dev/shm");
	remove_files(&o, "/dev/mqueue");
	_exit(EXIT_SUCCESS);
}
